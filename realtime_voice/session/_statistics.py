"""What a session counted; plain numbers, nothing that was said."""

import attrs

__all__ = ["Counters", "SessionStatistics"]


@attrs.frozen(kw_only=True)
class SessionStatistics:
    """Counts of one session up to now."""

    duration_s: float
    """Seconds since the session was started; until its end, where it has ended."""
    connect_s: float | None
    """Seconds until the server had accepted the configuration; None while it has not."""
    events_received: int
    """Server events, all kinds."""
    events_sent: int
    """Client events that were written to the connection."""
    events_unknown: int
    """Server events of a type that this version does not know."""
    events_malformed: int
    """Frames and events that could not be read; the session went on."""
    events_duplicate: int
    """Server events and transcripts that came twice; the second ones changed nothing."""
    events_late: int
    """Words and sound that came after their end was told, or for an item that is not known."""
    problems: int
    """Errors that the server reported and that were not benign races, and frames that were none of
    its events."""
    problems_benign: int
    """Errors that the server reported about races without consequences."""
    audio_sent_s: float
    """Seconds of the user's sound that were written to the connection."""
    audio_received_s: float
    """Seconds of the model's sound that arrived."""
    audio_waiting_s: float
    """Seconds of the user's sound that wait to be sent."""
    audio_dropped_s: float
    """Seconds of live sound that gave way because nobody could take it in time: in the source,
    or in the session where ``uplink_overflow="drop"`` was asked for."""
    uplink_lag_ms: float
    """Sound of the user that was appended and has not left this process yet, in ms: what waits in
    the session, and in the connection where that tells."""
    interruptions: int
    """How often the speaker was stopped before everything was heard."""
    turns: int
    """Turns that were completed."""
    values_dropped: int
    """Values that did not reach a subscriber because it was too slow."""


@attrs.define(kw_only=True)
class Counters:
    """The running counts behind :class:`SessionStatistics`."""

    started_at: float | None = None
    """When the session was started, on the event loop's clock."""
    ready_at: float | None = None
    """When the server had accepted the configuration."""
    ended_at: float | None = None
    """When the session had ended."""
    events_received: int = 0
    """Server events."""
    events_sent: int = 0
    """Client events."""
    events_unknown: int = 0
    """Events of unknown type."""
    events_malformed: int = 0
    """Events that could not be read."""
    problems: int = 0
    """Errors with consequences."""
    problems_benign: int = 0
    """Errors without."""
    audio_sent_s: float = 0.0
    """Seconds of sound sent."""
    audio_received_s: float = 0.0
    """Seconds of sound received."""
    interruptions: int = 0
    """Interruptions of the speaker."""
    turns: int = 0
    """Completed turns."""

    def snapshot(
        self,
        now: float,
        *,
        waiting_s: float = 0.0,
        lag_ms: float = 0.0,
        dropped_s: float = 0.0,
        duplicate: int = 0,
        late: int = 0,
        values_dropped: int = 0,
    ) -> SessionStatistics:
        """The counts as they stand.

        Args:
            now: Time on the event loop's clock.
            waiting_s: Seconds of sound in the outbox.
            lag_ms: Sound that has not left yet, in ms.
            dropped_s: Seconds of sound that gave way.
            duplicate: Events that came twice.
            late: Words and sound that came too late, or for nothing.
            values_dropped: Values that subscribers missed.
        """
        start = self.started_at
        end = self.ended_at if self.ended_at is not None else now
        return SessionStatistics(
            duration_s=0.0 if start is None else end - start,
            connect_s=None if start is None or self.ready_at is None else self.ready_at - start,
            events_received=self.events_received,
            events_sent=self.events_sent,
            events_unknown=self.events_unknown,
            events_malformed=self.events_malformed,
            events_duplicate=duplicate,
            events_late=late,
            problems=self.problems,
            problems_benign=self.problems_benign,
            audio_sent_s=self.audio_sent_s,
            audio_received_s=self.audio_received_s,
            audio_waiting_s=waiting_s,
            audio_dropped_s=dropped_s,
            uplink_lag_ms=lag_ms,
            interruptions=self.interruptions,
            turns=self.turns,
            values_dropped=values_dropped,
        )
