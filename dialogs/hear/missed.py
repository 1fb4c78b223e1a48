"""没懂: the words of a message by which goods were wanted and which no rule knew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialogs.hear.normalise import fold
from dialogs.hear.reading import Reading, Token
from dialogs.hear.scene import chatters
from dialogs.hear.second import QUERIES, UNEXPLAINED

SHORTEST = 2  # of one character nobody can say what it means
MOST_WORDS, MOST_STRANGE = 3, 8  # unknown words, and characters of them: with more it is a talk and no order


def unknown_words(reading: Reading) -> tuple[str, ...]:
    """柿饼, of 柿饼两盒; empty when every word was understood, or when it is not clear which was not."""
    runs = list(_runs(reading.tokens))
    if _asks_for_unknown(reading):
        return tuple(runs) if len(runs) == 1 and len(runs[0]) >= SHORTEST else ()
    told = list(reading.slots.get("unresolved") or ())
    clarify = reading.clarify
    if clarify is not None and clarify.slot == "product" and clarify.heard:
        told.append(clarify.heard)
    found = dict.fromkeys(max(_within(run, told), key=len, default="") for run in runs)
    missed = tuple(word for word in found if len(word) >= SHORTEST)
    return missed if len(missed) <= MOST_WORDS else ()


def _asks_for_unknown(reading: Reading) -> bool:
    """柿饼怎么卖: a question about goods that names none."""
    named = reading.slots.keys() & {"product", "sku", "campaign", "unresolved"}
    return reading.intent in QUERIES and reading.clarify is None and not named


def _within(run: str, told: Iterable[str]) -> Iterator[str]:
    """The part of what the reader could not place that is made of words nobody knows."""
    for one in told:
        if run in one:
            yield run
        elif one in run:
            yield one


def _runs(tokens: Iterable[Token]) -> Iterator[str]:
    """Neighbouring words without a meaning, as one."""
    run, end = "", 0
    for token in tokens:
        strange = token.kind in UNEXPLAINED
        if run and not (strange and token.span.start == end):
            yield run
            run = ""
        if strange:
            run, end = run + fold(token.text), token.span.end
    if run:
        yield run


def is_lost(reading: Reading) -> bool:
    """An amount with its unit in a message that was taken for nothing: perhaps an order in words nobody knows."""
    amount = any(token.kind == "qty" and token.value.unit for token in reading.tokens)
    strange = sum(len(token.text) for token in reading.tokens if token.kind in UNEXPLAINED)
    if not amount or not 1 <= strange <= MOST_STRANGE or chatters(reading.text, private=True):
        return False
    clarify = reading.clarify
    if clarify is not None:
        return clarify.slot == "product" and bool(clarify.heard) and not clarify.options
    return reading.action == "ignore" and reading.intent == "chat.none"


def lessons(reading: Reading) -> tuple[str, ...]:
    """How the words that were missed can be taught, for whoever asks why."""
    return tuple(f"不认识“{word}”：店主回“{word}=货名”就教会了" for word in unknown_words(reading))
