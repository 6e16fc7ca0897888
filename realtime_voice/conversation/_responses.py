"""The responses of a session, whoever asked for them: their times, items, status and cost.

A response is keyed by its id, never by "the current one": outputs interleave, and responses
outside of the conversation run beside the main one. Nothing here decides who may ask (that is
the slot's business) or what a text means.
"""

from collections.abc import Iterator

import attrs

from realtime_voice.events import RealtimeResponse, RealtimeResponseUsage

__all__ = ["ResponseRecord", "Responses"]


@attrs.define(kw_only=True)
class ResponseRecord:
    """What is known about one response."""

    id: str
    """The server's id."""
    out_of_band: bool
    """It stands outside the conversation."""
    created_at: float
    """When it began, on the session's clock."""
    event_ids: tuple[str, ...] = ()
    """The requests of ours that it answers."""
    anchor: str | None = None
    """Last item of the conversation when it began; its turn, as long as it has no items."""
    items: dict[str, None] = attrs.field(factory=dict[str, None])
    """Its output items, in order."""
    status: str | None = None
    """How it ended; None while it runs."""
    reason: str | None = None
    """Why it ended early."""
    code: str | None = None
    """Error code of a failed one."""
    message: str | None = None
    """Error message of a failed one."""
    usage: RealtimeResponseUsage | None = None
    """Tokens."""
    first_audio_at: float | None = None
    """When its first sound arrived."""
    done_at: float | None = None
    """When it ended."""
    moved_at: float = 0.0
    """When it was last heard of."""
    muted: bool = False
    """Interrupted: sound that still arrives is not played."""
    text_only: bool = False
    """It answers in writing."""
    told: bool = False
    """Its turn was told."""
    announced: bool = True
    """The server said that it begins; if not, its first words were taken for that."""

    @property
    def live(self) -> bool:
        """Whether more may come."""
        return self.done_at is None

    @property
    def failure(self) -> str | None:
        """Why it failed or is incomplete, in one line; None for every other end."""
        if self.status not in {"failed", "incomplete"}:
            return None
        parts = [self.code or self.reason or self.status, self.message]
        return ": ".join(part for part in parts if part)


class Responses:
    """All responses by id."""

    def __init__(self) -> None:
        self._records: dict[str, ResponseRecord] = {}
        self._live: dict[str, ResponseRecord] = {}
        self._untold: dict[str, ResponseRecord] = {}

    def __iter__(self) -> Iterator[ResponseRecord]:
        return iter(self._records.values())

    def get(self, response_id: str | None) -> ResponseRecord | None:
        """The response with this id; without an id, the only one that runs."""
        if not response_id and len(self._live) == 1:
            return next(iter(self._live.values()))
        return self._records.get(response_id or "")

    def running(self, response_id: str) -> ResponseRecord | None:
        """The response with exactly this id, if it has not ended."""
        return self._live.get(response_id)

    def named(self, response_id: str) -> ResponseRecord | None:
        """The response with exactly this id; the empty one is that of nameless responses."""
        return self._records.get(response_id)

    def add(
        self, response: RealtimeResponse, now: float, *, out_of_band: bool, anchor: str | None
    ) -> ResponseRecord:
        """Remember a response that began."""
        record = ResponseRecord(
            id=response.id or "",
            out_of_band=out_of_band,
            created_at=now,
            anchor=anchor,
            moved_at=now,
            text_only=response.output_modalities == ("text",),
        )
        self._records[record.id] = self._live[record.id] = record
        if not out_of_band:
            self._untold[record.id] = record
        return record

    def finish(self, record: ResponseRecord, response: RealtimeResponse, now: float) -> None:
        """Take over how a response ended; the first end counts."""
        details = response.status_details
        error = None if details is None else details.error
        record.status = response.status or "completed"
        record.reason = None if details is None else details.reason
        if error is not None:
            record.code = error.code or error.type
            record.message = error.message
        record.usage = response.usage
        record.done_at = record.moved_at = now
        self._live.pop(record.id, None)

    def live(self) -> list[ResponseRecord]:
        """Responses that have not ended."""
        return list(self._live.values())

    def untold(self) -> list[ResponseRecord]:
        """Responses of the conversation whose turn was not told yet, in order."""
        return list(self._untold.values())

    def tell(self, record: ResponseRecord) -> None:
        """Note that the turn of a response was told."""
        record.told = True
        self._untold.pop(record.id, None)
