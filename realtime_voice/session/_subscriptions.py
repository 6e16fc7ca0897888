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
        "_deltas",
        "_dropped",
        "_ending",
        "_failed",
        "_name",
        "_overflow",
        "_size",
        "_taken",
        "_values",
        "_waiters",
    )

    def __init__(
        self, name: str, ending: Ending, *, bound: Bound, overflow: Overflow = "error"
    ) -> None:
        self._name = name
        self._bound = bound
        self._overflow: Overflow = overflow
        self._values: deque[tuple[T, float, int, bool]] = deque()
        self._amount = 0.0
        self._size = 0
        self._deltas = 0
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
        value, amount, size, is_delta = self._values.popleft()
        # Seconds are no whole numbers: what rounding leaves must not add up over hours.
        self._amount = self._amount - amount if self._values else 0.0
        self._size -= size
        self._deltas -= is_delta
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

    def publish(
        self, value: T, amount: float = 1.0, size: int = 0, *, is_delta: bool = False
    ) -> int:
        """Add a value; never waits.

        Args:
            value: What to deliver.
            amount: How much of the bound it takes.
            size: Bytes of memory that it takes.
            is_delta: A later value will say all that it says.

        Returns:
            Number of values that will not be delivered because of it.
        """
        return self.offer((value, amount, size, is_delta))

    def offer(self, entry: tuple[T, float, int, bool]) -> int:
        """:meth:`publish` with what it takes in one tuple, which subscriptions may share."""
        if self._failed:
            self._dropped += 1
            return 1
        before = self._dropped
        _, amount, size, is_delta = entry
        if self._is_full(amount, size) and not self._make_room(amount, size):
            self._dropped += 1
            self._failed = not (is_delta and self._overflow == "drop_deltas")
        else:
            self._values.append(entry)
            self._amount += amount
            self._size += size
            self._deltas += is_delta
        self._waiters.wake()
        return self._dropped - before

    def _is_full(self, amount: float, size: float) -> bool:
        bound = self._bound
        return (self._amount + amount > bound.amount or self._size + size > bound.bytes) and bool(
            self._values
        )

    def _make_room(self, amount: float, size: int) -> bool:
        """Drop the oldest deltas, where this is the policy."""
        if self._overflow != "drop_deltas" or not self._deltas:
            return False
        # A quarter at once, so that going through the queue is paid for by many values.
        bound, kept = self._bound, deque[tuple[T, float, int, bool]]()
        spare_amount, spare_size = bound.amount / 4, bound.bytes / 4
        for entry in self._values:
            _, its_amount, its_size, is_delta = entry
            if is_delta and self._is_full(amount + spare_amount, size + spare_size):
                self._amount -= its_amount
                self._size -= its_size
                self._deltas -= 1
                self._dropped += 1
            else:
                kept.append(entry)
        self._values = kept
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

    __slots__ = ("_bound", "_ending", "_is_delta", "_name", "_subscriptions", "dropped")

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

    def subscribe(self, overflow: Overflow = "error") -> Subscription[T]:
        """Begin a subscription: it gets everything that is published from now on.

        Args:
            overflow: What happens when it is not read for too long.
        """
        subscription: Subscription[T] = Subscription(
            self._name, self._ending, bound=self._bound, overflow=overflow
        )
        self._subscriptions.append(weakref.ref(subscription))
        return subscription

    @property
    def is_heard(self) -> bool:
        """Whether somebody may have subscribed; if not, publishing has no effect."""
        return bool(self._subscriptions)

    def publish(self, value: T, amount: float = 1.0, size: int = 0) -> int:
        """Give a value to every subscriber.

        Args:
            value: The value, the same object for all.
            amount: How much of the bound it takes.
            size: Bytes of memory that it takes.

        Returns:
            Number of subscribers who had room for everything.
        """
        if not self._subscriptions:
            return 0
        is_delta = self._is_delta is not None and self._is_delta(value)
        entry = (value, amount, size, is_delta)
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
        return reached

    def wake(self) -> None:
        """Let every subscriber look again, because the end has come."""
        for reference in self._subscriptions:
            if (subscription := reference()) is not None:
                subscription.wake()
