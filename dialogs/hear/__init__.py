"""听: reads what neighbours type. `Reader(catalogue).read(text, context)` is the whole face of it."""

from dialogs.hear.explain import explain
from dialogs.hear.reader import Reader, warm_up
from dialogs.hear.reading import Clarify, Context, Line, Pending, Quoted, Reading, Said

__all__ = [
    "Clarify",
    "Context",
    "Line",
    "Pending",
    "Quoted",
    "Reader",
    "Reading",
    "Said",
    "explain",
    "warm_up",
]
