"""What a door of the server does with a request, whichever door it is: admit, run, take note."""

from typing import cast

from realtime_voice.codec import encode_server_event
from realtime_voice.testing._admission import Admitted, Refused, UpgradeRequest
from realtime_voice.testing._brain import Brain
from realtime_voice.testing._connection import Channel, Closed, Connection, new_id
from realtime_voice.testing._engine import EngineOptions
from realtime_voice.testing._records import ConnectionRecord
from realtime_voice.testing._wire import server_event

__all__ = ["Service"]

_INTERNAL_ERROR = 1011


class Service:
    """Serves connections after their handshake.

    Args:
        brain: Understands and speaks.
        options: How the server behaves.
    """

    def __init__(self, brain: Brain, options: EngineOptions) -> None:
        self._brain = brain
        self._options = options
        self.records: list[ConnectionRecord] = []
        """What every connection did, in the order in which they came."""
        self.failures: list[Exception] = []
        """What the brain raised."""

    async def serve(
        self, channel: Channel, request: UpgradeRequest, admission: Admitted | Refused
    ) -> None:
        """Serve an upgraded connection until it ends.

        Args:
            channel: Carries messages.
            request: The request it began with.
            admission: What was decided about it.
        """
        if isinstance(admission, Refused):
            await self._refuse(channel, request, admission)
            return
        record = ConnectionRecord(model=admission.model, headers=request.open_headers)
        self.records.append(record)
        report = self.failures.append
        try:
            connection = Connection(channel, self._brain, record, self._options, report)
            await connection.run()
        except Exception as error:  # noqa: BLE001 - the server outlives every connection
            report(_bare(error))
            if record.close_code is None:
                record.note_close(_INTERNAL_ERROR, "internal error", "server")
                await channel.close(_INTERNAL_ERROR, "internal error")

    async def _refuse(self, channel: Channel, request: UpgradeRequest, refused: Refused) -> None:
        error = {
            "type": "invalid_request_error",
            "code": refused.code,
            "message": refused.message,
            "param": None,
            "event_id": None,
        }
        event = server_event({"type": "error", "event_id": new_id("event"), "error": error})
        reason = f"invalid_request_error.{refused.code}"
        record = ConnectionRecord(model=None, headers=request.open_headers)
        record.note_close(refused.close_code, reason, "server")
        self.records.append(record)
        try:
            await channel.send(encode_server_event(event))
        except Closed:
            return
        await channel.close(refused.close_code, reason)


def _bare(error: Exception) -> Exception:
    """Take a lone exception out of the groups around it."""
    if isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)
        return _bare(group.exceptions[0]) if len(group.exceptions) == 1 else group
    return error
