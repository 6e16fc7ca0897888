"""What a door of the server does with a request, whichever door it is: admit, run, take note."""

from collections.abc import Sequence
from typing import cast

import anyio

from realtime_voice.testing._admission import Admitted, Refused, UpgradeRequest
from realtime_voice.testing._brain import Brain
from realtime_voice.testing._connection import Channel, Closed, Connection, new_id
from realtime_voice.testing._engine import EngineOptions
from realtime_voice.testing._faulty import FaultyChannel, Line
from realtime_voice.testing._faulty_wire import WireFaults
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing.faults import Fault, FaultPlan, HandshakeFault, RejectUpdate
from realtime_voice.testing.faults._bytes import error_text
from realtime_voice.testing.faults._plan import require_faults, require_in_process

__all__ = ["Service"]

_INTERNAL_ERROR = 1011


class Service:
    """Serves connections after their handshake.

    Args:
        brain: Understands and speaks.
        options: How the server behaves.
        faults: How it misbehaves.
    """

    def __init__(self, brain: Brain, options: EngineOptions, faults: FaultPlan = ()) -> None:
        self._brain = brain
        self._options = options
        self._faults = faults if callable(faults) else require_faults(faults)
        self._connections = 0
        self.records: list[ConnectionRecord] = []
        """What every connection did, in the order in which they came."""
        self.failures: list[Exception] = []
        """What the brain raised."""

    def record(
        self, request: UpgradeRequest, admission: Admitted | Refused | None
    ) -> ConnectionRecord:
        """Begin to take note of a connection.

        Args:
            request: The request it began with.
            admission: What was decided about it; None: it will not even be upgraded.
        """
        model = admission.model if isinstance(admission, Admitted) else None
        record = ConnectionRecord(model=model, headers=request.open_headers)
        self.records.append(record)
        return record

    def faults_of(self, *, in_process: bool) -> Sequence[Fault]:
        """Return the faults of the next connection, which is counted with this.

        Args:
            in_process: Whether there is no socket.

        Raises:
            ConfigError: Something is no fault, or needs a socket, and there is none.
        """
        self._connections += 1
        faults = self._faults
        if callable(faults):
            faults = require_faults(faults(self._connections))
        if in_process:
            require_in_process(faults)
        return faults

    def report(self, error: Exception) -> None:
        """Take what went wrong with one connection, for the test to see: the server goes on.

        Args:
            error: What was raised.
        """
        self.failures.append(_bare(error))

    async def serve(
        self,
        line: Line,
        admission: Admitted | Refused,
        record: ConnectionRecord,
        faults: Sequence[Fault] = (),
        wire: WireFaults | None = None,
    ) -> None:
        """Serve an upgraded connection until it ends; never raises for what the brain does.

        Args:
            line: Carries messages.
            admission: What was decided about the request.
            record: Takes note.
            faults: What goes wrong.
            wire: What can go wrong below the messages; None: there is no wire.
        """
        for fault in faults:
            if isinstance(fault, HandshakeFault) and not isinstance(fault, RejectUpdate):
                record.note_fault(fault)
        if isinstance(admission, Refused):
            await self._refuse(line, admission, record)
            return
        try:
            if not faults:
                await self._run(line, record)
                return
            async with anyio.create_task_group() as tasks:
                channel = FaultyChannel(line, wire, faults, record, tasks)
                try:
                    await channel.start()
                except Closed as closed:
                    record.note_close(closed.code, closed.reason, closed.by)
                else:
                    await self._run(channel, record)
                tasks.cancel_scope.cancel()
        except Exception as error:  # noqa: BLE001 - the server outlives every connection
            self.report(error)
            record.note_close(_INTERNAL_ERROR, "internal error", "server")
            await line.close(_INTERNAL_ERROR, "internal error")

    async def _run(self, channel: Channel, record: ConnectionRecord) -> None:
        report = self.failures.append
        await Connection(channel, self._brain, record, self._options, report).run()

    async def _refuse(self, line: Line, refused: Refused, record: ConnectionRecord) -> None:
        text = error_text(
            refused.code, refused.message, param=refused.param, event_id=new_id("event")
        )
        reason = f"invalid_request_error.{refused.code}"
        record.note_close(refused.close_code, reason, "server")
        try:
            await line.send(text)
        except Closed:
            return
        await line.close(refused.close_code, reason)


def _bare(error: Exception) -> Exception:
    """Take a lone exception out of the groups around it."""
    if isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)
        return _bare(group.exceptions[0]) if len(group.exceptions) == 1 else group
    return error
