"""账本: what is remembered. Tables only: no rule lives here, and nobody outside shop/ imports it.

Money is BIGINT of fen, quantities are BIGINT of thousandths, moments are UTC. Money tables never cascade.
"""

from __future__ import annotations

from tortoise import models

# tortoise reads the source of each table for comments that begin with "#:", a tenth of the time in which the shop
# starts; here comments are for people.
models._get_comments = lambda cls: {}
