"""一笔: one command, one transaction; what happened is written with the rows that made it happen.

    async with transaction() as tx:      # joins the one that is open in this task, or opens it
        ...
        tx.tell(OrderPaid(...), at=now)  # written just before COMMIT, dropped on rollback
        tx.after_commit(outbox.wake)     # after the outermost COMMIT, best effort

    slip = await unit_of_work(lambda: orders.place(...))

`unit_of_work` is the outer shell: it runs the work in a task of its own that the caller's cancellation does not reach,
and runs it again when the database says "not now". Work that is run again after a COMMIT without an answer must find
its own traces, so it carries a key that is unique in a table.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from shop.engines.faults import is_conflict, is_lost_connection
from shop.kit.refusal import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it was told; `at` is the moment that the verb was given."""

    event: Any
    at: datetime | None


EventWriter = Callable[[Sequence[Told]], Awaitable[None]]
Wake = Callable[[], Awaitable[None] | None]

CONNECTION = "default"  # tortoise's name for the shop's only database
CONFLICT_PAUSE = 0.02  # seconds; doubled with every try, then jittered
LOST_PAUSE = 0.25  # seconds; five tries bridge a restart of two to four seconds
LONGEST_PAUSE = 5.0  # seconds

log = logging.getLogger(__name__)

_open: ContextVar[Tx | None] = ContextVar("open_transaction", default=None)
_root: Context | None = None
_write_events: EventWriter | None = None
_tasks: set[asyncio.Task[Any]] = set()
_units: set[asyncio.Task[Any]] = set()


class Tx:
    """An open transaction, or a part of one. Lives only inside its `async with`."""

    __slots__ = ("_events", "_is_open", "_task", "_wakes", "client", "seen")

    def __init__(self, client: Any, seen: Mapping[Any, Any] | None) -> None:
        self.client = client  # the engine's, which run_sql asks
        self.seen = dict(seen or {})
        self._events: list[Told] = []
        self._wakes: list[Wake] = []
        self._task = asyncio.current_task()
        self._is_open = True

    def tell(self, event: Any, *, at: datetime | None = None) -> None:
        """Remember that this happened. The row is written if, and only if, this part and the whole commit."""
        self._check_open()
        self._events.append(Told(event, at))

    def after_commit(self, wake: Wake) -> None:
        """Call `wake` once the outermost transaction has committed.

        Only to wake somebody who would look by himself a little later: after a crash it is never called, and what
        it raises is logged and forgotten.
        """
        self._check_open()
        self._wakes.append(wake)

    def _check_open(self) -> None:
        if not self._is_open:
            raise RuntimeError("this transaction is over")

    def _check_ours(self) -> None:
        if self._task is not asyncio.current_task():
            raise RuntimeError("this task was started inside a transaction; start it with start_task")
        self._check_open()

    def _adopt(self, part: Tx) -> None:
        self.seen = part.seen
        self._events += part._events
        self._wakes += part._wakes


@asynccontextmanager
async def transaction() -> AsyncIterator[Tx]:
    """Join the transaction that is open in this task as a part of it, or open one.

    A part that raises is rolled back alone, with its events. The outermost commits on leaving, and rolls back and
    re-raises whatever leaves it (a Refusal as well). Raises RuntimeError in a task that was started inside a
    transaction: start it with `start_task`.
    """
    outer = _open.get()
    if outer is not None:
        outer._check_ours()
    async with in_transaction(CONNECTION) as client:
        tx = Tx(client, outer.seen if outer is not None else None)
        token = _open.set(tx)
        try:
            yield tx
            if outer is None:
                await _write(tx._events)
        finally:
            tx._is_open = False
            _open.reset(token)
    if outer is not None:
        outer._adopt(tx)
        return
    for wake in tx._wakes:
        await _wake(wake)


async def _write(events: Sequence[Told]) -> None:
    if not events:
        return
    if _write_events is None:
        raise RuntimeError("something happened, but nobody writes it down: call set_event_writer first")
    await _write_events(tuple(events))


async def _wake(wake: Wake) -> None:
    try:
        answer = wake()
        if inspect.isawaitable(answer):
            await answer
    except Exception:
        log.exception("a wake-up after commit failed; the poll will find the work")


def seen() -> dict[Any, Any]:
    """What was looked up once and holds for the whole of the open transaction; a part that fails takes back what it
    saw and forgot. Outside of a transaction nothing is remembered."""
    tx = _open.get()
    return tx.seen if tx is not None else {}


def set_event_writer(write: EventWriter | None) -> None:
    """Say who turns told events into rows. `write` is awaited inside the transaction, just before its COMMIT."""
    global _write_events
    _write_events = write


async def run_sql(statement: str, values: Sequence[Any] = ()) -> list[Mapping[str, Any]]:
    """Run one statement that the models cannot say, in the transaction of this task if there is one; gives its rows.

    Placeholders are `?` on both databases, so the statement may contain no other question mark.
    """
    tx = _open.get()
    client: Any = tx.client if tx is not None else get_connection(CONNECTION)
    return [dict(row) for row in await client.fetch(statement, values)]


async def unit_of_work(work: Callable[[], Awaitable[T]], *, tries: int = 5) -> T:
    """Run `work` in a transaction, in a task of its own, and again when a passing fault stopped it.

    The caller may be cancelled: the work goes on to its end all the same. Tried again, up to `tries` times in all:
    serialization failure, deadlock, lock not available, SQLite busy, a lost connection, a COMMIT without an answer.
    Anything else rolls back and is raised as it is, a Refusal among them. `work` may await nothing but the database.
    Inside a transaction of the same task it is simply a part of that one.
    """
    outer = _open.get()
    if outer is not None and outer._task is asyncio.current_task():
        async with transaction():
            return await work()
    task = _spawn(_tried(work, tries), name="unit of work", among=_units)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_log_unheard)  # nobody waits for it any more
        raise


async def one_statement(statement: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
    """One statement is a transaction by itself: nobody waits for a BEGIN and a COMMIT. Only a second try needs the
    patience of a unit of work, so what was written by the first must be found by its key."""
    try:
        return await run_sql(statement, values)
    except Exception as fault:
        if _pause(fault, tried=1) is None:
            raise
        log.info("written at the second try: %r", fault)
        return await unit_of_work(lambda: run_sql(statement, values))


async def _tried(work: Callable[[], Awaitable[T]], tries: int) -> T:
    for left in reversed(range(tries)):
        try:
            async with transaction():
                return await work()
        except Refusal:
            raise
        except Exception as fault:
            pause = _pause(fault, tried=tries - left)
            if not left or pause is None:
                raise
            log.info("tried again in %.2f s (%d left): %r", pause, left, fault)
        await asyncio.sleep(pause)
    raise ValueError("tries must be at least 1")


def _pause(fault: BaseException, *, tried: int) -> float | None:
    """Seconds until the next try; None when the fault does not pass by itself."""
    if is_lost_connection(fault):
        pause = LOST_PAUSE
    elif is_conflict(fault):
        pause = CONFLICT_PAUSE
    else:
        return None
    return min(LONGEST_PAUSE, pause * 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)


def _log_unheard(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None and not isinstance(fault, Refusal):
        log.error("a unit of work failed after its caller had gone", exc_info=fault)


async def drain(seconds: float) -> int:
    """Wait up to `seconds` for the units of work under way; the rest is rolled back. Returns how many that were."""
    if _units:
        await asyncio.wait(_units, timeout=seconds)
    late = [task for task in _units if not task.done()]
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
    return len(late)


def start_task(coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start a task that knows nothing of the transaction around it, is kept alive and does not die unnoticed."""
    task = _spawn(coro, name=name, among=_tasks)
    task.add_done_callback(_log_end)
    return task


def _log_end(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("task %s ended unexpectedly", task.get_name(), exc_info=fault)


def _spawn(coro: Coroutine[Any, Any, T], *, name: str, among: set[asyncio.Task[Any]]) -> asyncio.Task[T]:
    context = _root.copy() if _root is not None else Context()
    task = asyncio.get_running_loop().create_task(coro, name=name, context=context)
    among.add(task)  # asyncio itself keeps only weak references
    task.add_done_callback(among.discard)
    return task


def remember_root() -> None:
    """Called by open_database: tasks are started from the context of this moment, in which no transaction is open."""
    global _root
    if _open.get() is not None:
        raise RuntimeError("a database cannot be opened inside a transaction")
    _root = contextvars.copy_context()


def forget_root() -> None:
    """Called by close_database."""
    global _root
    _root = None
