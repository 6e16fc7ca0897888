"""What a session tells its listeners: independent, bounded queues that hold nobody up.

Publishing never waits. Each subscription is a plain object with ``__anext__``, not an async
generator, so it may be left with ``break``, cancelled in the middle and taken up again. A
subscriber who falls behind its bound loses its subscription, with an error that says so; the
session and every other subscriber go on. Knows nothing of what is published.
"""

import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, Self, TypeVar

import anyio
import anyio.lowlevel
import attrs

from realtime_voice.errors import SlowConsumerError

__all__ = ["Ending", "Subscription", "Topic"]

T = TypeVar("T")


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
    """

    __slots__ = (
        "__weakref__",
        "_arrived",
        "_backlog",
        "_bound",
        "_dropped",
        "_ending",
        "_name",
        "_unit",
        "_values",
        "_weigh",
    )

    def __init__(
        self,
        name: str,
        ending: Ending,
        *,
        bound: float,
        unit: str = "values",
        weigh: Callable[[T], float] | None = None,
    ) -> None:
        self._name = name
        self._bound = bound
        self._unit = unit
        self._weigh = weigh
        self._values: deque[T] = deque()
        self._backlog = 0.0
        self._dropped = 0
        self._arrived: anyio.Event | None = None
        self._ending = ending

    @property
    def backlog(self) -> float:
        """What waits to be taken, in the unit of the bound: seconds of sound, or values."""
        return self._backlog

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        # The checkpoint comes first: a cancelled call takes nothing, so nothing is lost.
        await anyio.lowlevel.checkpoint()
        while not self._values:
            if self._dropped:
                raise SlowConsumerError(
                    f"{self._name} was not read for so long that more than {self._bound:g} "
                    f"{self._unit} waited; {self._dropped} values were not delivered. The session "
                    "goes on: subscribe again, and read in a task of its own",
                    dropped=self._dropped,
                )
            if self._ending.over:
                if self._ending.error is not None:
                    self._ending.told = True
                    raise self._ending.error.with_traceback(None)
                raise StopAsyncIteration
            if self._arrived is None:
                self._arrived = anyio.Event()
            await self._arrived.wait()
        value = self._values.popleft()
        self._backlog -= self._weight(value)
        return value

    def publish(self, value: T) -> bool:
        """Add a value; never waits.

        Args:
            value: What to deliver.

        Returns:
            Whether it will be delivered; false once the bound was passed.
        """
        weight = self._weight(value)
        if self._dropped or self._backlog + weight > self._bound:
            self._dropped += 1
            self.wake()
            return False
        self._values.append(value)
        self._backlog += weight
        self.wake()
        return True

    def _weight(self, value: T) -> float:
        return 1.0 if self._weigh is None else self._weigh(value)

    def wake(self) -> None:
        """Look again: something came, or the end did."""
        if self._arrived is not None:
            self._arrived.set()
            self._arrived = None


class Topic(Generic[T]):
    """Everybody who subscribed to one kind of value.

    Args:
        name: What the subscription is called in errors.
        ending: How it ends; shared by all topics of a session.
        bound: How much may wait for one subscriber.
        unit: What the bound counts.
        weigh: How much of the bound a value takes; None: 1.
    """

    def __init__(
        self,
        name: str,
        ending: Ending,
        *,
        bound: float,
        unit: str = "values",
        weigh: Callable[[T], float] | None = None,
    ) -> None:
        self._name = name
        self._ending = ending
        self._bound = bound
        self._unit = unit
        self._weigh = weigh
        # Weak: a subscription that was left with ``break`` and forgotten must not fill up.
        self._subscriptions: list[weakref.ref[Subscription[T]]] = []
        self.dropped = 0
        """Values that did not reach a subscriber because it was too slow."""

    def subscribe(self) -> Subscription[T]:
        """Begin a subscription: it gets everything that is published from now on."""
        subscription = Subscription(
            self._name, self._ending, bound=self._bound, unit=self._unit, weigh=self._weigh
        )
        self._subscriptions.append(weakref.ref(subscription))
        return subscription

    def publish(self, value: T) -> int:
        """Give a value to every subscriber.

        Args:
            value: The value, the same object for all.

        Returns:
            Number of subscribers who will get it.
        """
        reached = 0
        forgotten = False
        for reference in self._subscriptions:
            subscription = reference()
            if subscription is None:
                forgotten = True
            elif subscription.publish(value):
                reached += 1
            else:
                self.dropped += 1
        if forgotten:
            self._subscriptions = [one for one in self._subscriptions if one() is not None]
        return reached

    def wake(self) -> None:
        """Let every subscriber look again, because the end has come."""
        for reference in self._subscriptions:
            if (subscription := reference()) is not None:
                subscription.wake()
