"""What a session tells its listeners: independent, bounded queues that hold nobody up.

Publishing never waits. Each subscription is a plain object with ``__anext__``, not an async
generator, so it may be left with ``break``, cancelled in the middle and taken up again. What
happens to a subscriber who falls behind its bound is written down in :data:`Overflow`; the session
and every other subscriber go on. Knows nothing of what is published.
"""

import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, Literal, Self, TypeVar

import attrs
from anyio.lowlevel import checkpoint

from realtime_voice.errors import SlowConsumerError
from realtime_voice.session._waiting import Waiters

__all__ = ["Bound", "Ending", "Overflow", "Subscription", "Topic"]

T = TypeVar("T")

Overflow = Literal["error", "drop_deltas"]
"""What a subscription does when it is not read for too long.

``error``: what waits is delivered, then :class:`.SlowConsumerError` is raised. ``drop_deltas``: the
oldest deltas that wait give way, so that what ends something (a final text, a finished response, an
error) is delivered however long nobody reads; only when that alone passes the bound, as ``error``.
"""

_YIELD_EVERY = 32
"""Values that may be taken in a row before others get to run."""


@attrs.frozen(kw_only=True)
class Bound:
    """How much may wait for one subscriber; one value may always wait, however large it is."""

    amount: float
    """Sum of the values' amounts."""
    unit: str = "values"
    """What an amount is."""
    bytes: float = float("inf")
    """Sum of their sizes in memory."""

    def __str__(self) -> str:
        size = "" if self.bytes == float("inf") else f" or {self.bytes / 2**20:g} MiB"
        return f"{self.amount:g} {self.unit}{size}"


@attrs.define
class Ending:
    """How everything that was subscribed to ends."""

    error: Exception | None = None
    """What to raise; None: the iterations just end."""
    over: bool = False
    """The end has come."""
    told: bool = False
    """Somebody got the error, so that it need not be told again."""


class Subscription(AsyncIterator[T], Generic[T]):
    """An endless series of values, until the session ends or the subscriber is too slow.

    Iterate over it with ``async for``; several tasks may share one, each value then goes to one
    of them. It ends after the session ended well, and raises the session's error otherwise.
    Taking a value that waits does not always let other tasks run; 32 in a row do.
    """

    __slots__ = (
        "__weakref__",
        "_amount",
        "_bound",
        "_dropped",
        "_ending",
        "_failed",
        "_is_delta",
        "_most",
        "_most_bytes",
        "_name",
        "_only_kept",
        "_overflow",
        "_size",
        "_taken",
        "_values",
        "_waiters",
    )

    def __init__(
        self,
        name: str,
        ending: Ending,
        *,
        bound: Bound,
        overflow: Overflow = "error",
        is_delta: Callable[[T], bool] | None = None,
    ) -> None:
        self._name = name
        self._bound = bound
        self._most, self._most_bytes = bound.amount, bound.bytes
        self._overflow: Overflow = overflow
        self._is_delta = is_delta
        self._values: deque[tuple[T, float, int]] = deque()
        self._amount = 0.0
        self._size = 0
        self._only_kept = False
        self._dropped = 0
        self._failed = False
        self._taken = 0
        self._waiters = Waiters()
        self._ending = ending

    @property
    def backlog(self) -> float:
        """What waits to be taken, in the unit of the bound: seconds of sound, or values."""
        return self._amount

    @property
    def backlog_bytes(self) -> int:
        """What waits to be taken, in bytes of memory, roughly."""
        return self._size

    @property
    def dropped(self) -> int:
        """Values that this subscription will not deliver because it was not read in time."""
        return self._dropped

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        # A value leaves in the step that returns it: a cancelled call takes none.
        if not self._values or self._taken >= _YIELD_EVERY:
            await self._wait()
        self._taken += 1
        values = self._values
        value, amount, size = values.popleft()
        # Seconds are no whole numbers: what rounding leaves must not add up over hours.
        self._amount = self._amount - amount if values else 0.0
        self._size -= size
        return value

    async def _wait(self) -> None:
        """Let others run, and return when a value is there.

        Raises:
            StopAsyncIteration: None will come.
            SlowConsumerError: Some came that could not be kept.
            Exception: The session ended with it.
        """
        if self._values:
            await checkpoint()
        while not self._values:
            if self._failed or self._ending.over:
                await checkpoint()
                self._raise_end()
            await self._waiters.wait()
        self._taken = 0

    def _raise_end(self) -> None:
        if self._failed:
            raise SlowConsumerError(
                f"{self._name} was not read for so long that more than {self._bound} waited; "
                f"{self._dropped} values were not delivered. The session goes on: subscribe "
                "again, and read in a task of its own",
                dropped=self._dropped,
            )
        if self._ending.error is None:
            raise StopAsyncIteration
        self._ending.told = True
        raise self._ending.error.with_traceback(None)

    def offer(self, entry: tuple[T, float, int]) -> int:
        """Add a value; never waits.

        Args:
            entry: The value, how much of the bound it takes, and the bytes of memory that it
                takes; subscriptions may share the tuple.

        Returns:
            Number of values that will not be delivered because of it.
        """
        # Runs for every value of every subscriber: what is rare is elsewhere.
        _, amount, size = entry
        values, amount, size = self._values, self._amount + amount, self._size + size
        if self._failed or ((amount > self._most or size > self._most_bytes) and values):
            return self._offer_in_need(entry)
        values.append(entry)
        self._amount, self._size = amount, size
        self._only_kept = False
        if self._waiters.parked:
            self._waiters.wake()
        return 0

    def _offer_in_need(self, entry: tuple[T, float, int]) -> int:
        """Add a value for which there may be no room."""
        if self._failed:
            self._dropped += 1
            return 1
        before = self._dropped
        value, amount, size = entry
        if self._make_room(amount, size):
            self._values.append(entry)
            self._amount += amount
            self._size += size
            self._only_kept = False
        else:
            self._dropped += 1
            self._failed = not self._may_drop(value)
        self._waiters.wake()
        return self._dropped - before

    def _is_full(self, amount: float, size: float) -> bool:
        return (
            self._amount + amount > self._most or self._size + size > self._most_bytes
        ) and bool(self._values)

    def _may_drop(self, value: T) -> bool:
        """Whether a value may give way: a later one will say all that it says."""
        return (
            self._overflow == "drop_deltas" and self._is_delta is not None and self._is_delta(value)
        )

    def _make_room(self, amount: float, size: int) -> bool:
        """Drop the oldest deltas, where this is the policy."""
        if self._overflow != "drop_deltas" or self._only_kept:
            return False
        # A quarter at once, so that going through the queue is paid for by many values.
        kept = deque[tuple[T, float, int]]()
        spare_amount, spare_size = self._most / 4, self._most_bytes / 4
        before = self._dropped
        for entry in self._values:
            value, its_amount, its_size = entry
            if self._is_full(amount + spare_amount, size + spare_size) and self._may_drop(value):
                self._amount -= its_amount
                self._size -= its_size
                self._dropped += 1
            else:
                kept.append(entry)
        self._values = kept
        # Until something is added, there is nothing to be found by looking again.
        self._only_kept = self._dropped == before
        return not self._is_full(amount, size)

    def wake(self) -> None:
        """Look again: the end has come."""
        self._waiters.wake()


class Topic(Generic[T]):
    """Everybody who subscribed to one kind of value.

    Args:
        name: What the subscription is called in errors.
        ending: How it ends; shared by all topics of a session.
        bound: How much may wait for one subscriber.
        is_delta: Tells values of which a later one will say all that they say; None: there are
            none.
    """

    __slots__ = ("_bound", "_ending", "_is_delta", "_name", "_subscriptions", "dropped", "is_heard")

    def __init__(
        self,
        name: str,
        ending: Ending,
        *,
        bound: Bound,
        is_delta: Callable[[T], bool] | None = None,
    ) -> None:
        self._name = name
        self._ending = ending
        self._bound = bound
        self._is_delta = is_delta
        # Weak: a subscription that was left with ``break`` and forgotten must not fill up.
        self._subscriptions: list[weakref.ref[Subscription[T]]] = []
        self.dropped = 0
        """Values that did not reach a subscriber because it was too slow."""
        self.is_heard = False
        """Whether somebody may have subscribed; if not, publishing has no effect."""

    def subscribe(self, overflow: Overflow = "error") -> Subscription[T]:
        """Begin a subscription: it gets everything that is published from now on.

        Args:
            overflow: What happens when it is not read for too long.
        """
        subscription: Subscription[T] = Subscription(
            self._name,
            self._ending,
            bound=self._bound,
            overflow=overflow,
            is_delta=self._is_delta,
        )
        self._subscriptions.append(weakref.ref(subscription))
        self.is_heard = True
        return subscription

    def publish(self, value: T, amount: float = 1.0, size: int = 0) -> int:
        """Give a value to every subscriber.

        Args:
            value: The value, the same object for all.
            amount: How much of the bound it takes.
            size: Bytes of memory that it takes.

        Returns:
            Number of subscribers who had room for everything.
        """
        if not self.is_heard:
            return 0
        entry = (value, amount, size)
        reached = 0
        forgotten = False
        for reference in self._subscriptions:
            subscription = reference()
            if subscription is None:
                forgotten = True
            elif lost := subscription.offer(entry):
                self.dropped += lost
            else:
                reached += 1
        if forgotten:
            self._subscriptions = [one for one in self._subscriptions if one() is not None]
            self.is_heard = bool(self._subscriptions)
        return reached

    def wake(self) -> None:
        """Let every subscriber look again, because the end has come."""
        for reference in self._subscriptions:
            if (subscription := reference()) is not None:
                subscription.wake()
