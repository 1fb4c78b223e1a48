"""账本: what is remembered. Tables only: no rule lives here, and nobody outside shop/ imports it.

Money is BIGINT of fen, quantities are BIGINT of thousandths, moments are UTC. Money tables never cascade.
"""
