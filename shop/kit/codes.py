"""码: what people say aloud; order codes 0501-017 and pick-up codes 4829-31 whose last digit checks the others."""

from __future__ import annotations

import re
import secrets
from datetime import date
from string import ascii_lowercase

# Damm's quasigroup: catches every single wrong digit and every swap of neighbours (H. M. Damm, 2004).
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def order_code(day: date, number: int) -> str:
    """0501-017: the day and the number of the order on that day."""
    return f"{day:%m%d}-{number:03d}"


def read_order_code(said: str, today: date) -> tuple[str, ...]:
    """The full codes that a person may mean: 0501-017, 0501017, 017 or 17 (today's). Empty when it is no code."""
    if match := re.fullmatch(r"#?(\d{4})-?(\d{3,5})", said.strip()):
        return (f"{match[1]}-{match[2]}",)
    if match := re.fullmatch(r"#?(\d{1,3})", said.strip()):
        return (order_code(today, int(match[1])),)
    return ()


def check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def new_pickup_code() -> str:
    """Six digits as stored: five by chance and their check digit."""
    body = f"{secrets.randbelow(100_000):05d}"
    return body + check_digit(body)


def read_pickup_code(said: str) -> str | None:
    """The six digits of a code as typed (4829-31, 4829 31); None when a digit must be wrong."""
    digits = re.sub(r"[-\s]", "", said)
    if not re.fullmatch(r"\d{6}", digits) or check_digit(digits[:5]) != digits[5]:
        return None
    return digits


def show_pickup_code(code: str) -> str:
    """4829-31, easy to read aloud."""
    return f"{code[:4]}-{code[4:]}"


def new_letters() -> str:
    """131 bits in letters alone: nothing that looks for numbers in what a group reads finds one in it."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(28))


def new_token() -> str:
    """128 bits for a link that nobody can guess."""
    return secrets.token_hex(16)
