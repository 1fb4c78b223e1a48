"""表: what `make migration` compares the records with; nothing else reads this."""

from __future__ import annotations

from shop.database import configuration, record_modules

TORTOISE_ORM = configuration("sqlite:///unused.db", record_modules())
