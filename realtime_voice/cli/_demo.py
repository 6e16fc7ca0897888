"""``realtime-voice demo``: recordings of people talk with an agent, and the conversation is told.

It joins the parts: a caller and a speaker, a server, a session, captions, and a report.
"""

import platform
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread
import attrs

from realtime_voice._version import __version__
from realtime_voice.audio import write_wav
from realtime_voice.cli._caller import PoliteCaller
from realtime_voice.cli._mix import mixed
from realtime_voice.cli._peer import Peer, open_peer
from realtime_voice.cli._recordings import Recordings, find_recordings
from realtime_voice.cli._report import report
from realtime_voice.cli._speaker import Speaker
from realtime_voice.cli._story import Story, Track
from realtime_voice.cli._telling import exchanges
from realtime_voice.cli._terminal import (
    Captions,
    captions_for,
    make_console,
    print_exchanges,
    require_rich,
    seconds,
    tell,
    waiting,
)
from realtime_voice.config import ServerVAD, SessionConfig, Transcription
from realtime_voice.conversation import TranscriptUpdate
from realtime_voice.errors import RealtimeError
from realtime_voice.session import Session
from realtime_voice.transcripts import Cue, to_vtt

__all__ = ["run"]

_SILENCE_MS = 500
_INSTRUCTIONS = "You are a friendly voice assistant. Answer in one or two short sentences."


async def run(options: Namespace) -> int:
    """Hold the conversation and write the report.

    Args:
        options: ``wav``: list of paths; ``out``: directory; ``live``: talk to OpenAI.

    Returns:
        The exit code.

    Raises:
        ConfigError: rich is missing, or ``live`` without a key.
        AudioError: A recording cannot be read.
        RealtimeError: No conversation came about.
    """
    require_rich()
    out: Path = options.out
    await anyio.Path(out).mkdir(parents=True, exist_ok=True)
    with waiting(sys.stdout, "fetching recordings of people (34 MB, only the first time)"):
        recordings = await anyio.to_thread.run_sync(find_recordings, options.wav)
    async with open_peer(live=options.live) as peer:
        _say_what_happens(recordings, peer)
        speaker = Speaker()
        caller = PoliteCaller(recordings.utterances, other_is_silent=lambda: speaker.is_silent)
        session = Session(_config(), source=caller, sink=speaker, client=peer.client)
        problem = await _converse(session, caller, captions_for(sys.stdout))
    voices = _Voices(caller=caller, speaker=speaker, recordings=recordings)
    story = _story(session, voices, peer, problem)
    await anyio.to_thread.run_sync(_write, story, speaker.voice(), out)
    _say_what_happened(story, out)
    return 0 if problem is None else 1


def _config() -> SessionConfig:
    """What the agent is told; everything else is the default."""
    return SessionConfig(
        instructions=_INSTRUCTIONS,
        turn_detection=ServerVAD(silence_duration_ms=_SILENCE_MS),
    )


async def _converse(
    session: Session, caller: PoliteCaller, captions: Captions
) -> RealtimeError | None:
    """Let both sides speak.

    Returns:
        The fault that ended the conversation early; None for a good end.

    Raises:
        RealtimeError: The fault, when nothing had been said yet.
    """
    with captions:
        captions.status("connecting")
        try:
            async with session:
                async for happened in session.notifications():
                    caller.hear(happened)
                    captions.status(caller.status)
                    _caption(captions, caller, happened)
        except RealtimeError as error:
            if not caller.spoken:
                raise
            return error
    return None


def _caption(captions: Captions, caller: PoliteCaller, happened: object) -> None:
    """Show words where something was said."""
    if isinstance(happened, TranscriptUpdate) and (happened.text or happened.final):
        at_ms = caller.position_ms if happened.audio_start_ms is None else happened.audio_start_ms
        captions.show(
            happened.role,
            f"{happened.item_id}/{happened.content_index}",
            happened.text or f"({happened.status.value.replace('_', ' ')})",
            at_s=at_ms / 1000,
            final=happened.final,
        )


@attrs.frozen(kw_only=True)
class _Voices:
    """Both sides' sound."""

    caller: PoliteCaller
    speaker: Speaker
    recordings: Recordings


def _story(session: Session, voices: _Voices, peer: Peer, problem: RealtimeError | None) -> Story:
    """Everything that the table and the report need."""
    result = session.result
    turns = () if result is None else result.turns
    caller, speaker, recordings = voices.caller, voices.speaker, voices.recordings
    return Story(
        where=peer.where,
        notes=recordings.notes + peer.notes,
        facts=tuple(_facts(session, peer, recordings)),
        exchanges=exchanges(caller.spoken, turns, speaker.spans_ms(caller.started)),
        user=caller.track(),
        agent=speaker.track(caller.started),
        recognised=peer.recognises,
        problem=None if problem is None else str(problem),
        credits=tuple(e.credit for e in recordings.utterances if e.credit is not None),
        licence_text=recordings.licence_text,
    )


def _facts(session: Session, peer: Peer, recordings: Recordings) -> Iterator[tuple[str, str]]:
    """The circumstances, for who wants to judge or repeat it."""
    config, result = session.config, session.result
    yield "Server", peer.where
    yield "User's voice", recordings.description
    only_a_name = " (only a name to the local server)" if peer.is_local else ""
    yield "Model", f"{config.model}{only_a_name}"
    yield "Transcription", f"{_transcriber(config)}{only_a_name}"
    if result is not None:
        yield "Session", f"{result.duration_s:.1f} s, ended: {result.end_reason.replace('_', ' ')}"
        sent, received = result.statistics.audio_sent_s, result.statistics.audio_received_s
        yield "Sound", f"{sent:.1f} s sent, {received:.1f} s received"
        if result.usage:
            counts = (f"{name.replace('_', ' ')} {value}" for name, value in result.usage.items())
            yield "Tokens", ", ".join(counts)
    yield "When", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    yield "With", f"realtime-voice {__version__}, Python {platform.python_version()}"
    yield "On", f"{platform.system()} {platform.machine()}"


def _transcriber(config: SessionConfig) -> str:
    """The model that wrote the user's words down, as the session names it."""
    match config.transcription:
        case Transcription(model=str(model)):
            return model
        case _:
            return "none"


def _write(story: Story, reply: Track, out: Path) -> None:
    """Write everything that stays."""
    both = mixed(story.user, story.agent)
    write_wav(out / "conversation.wav", both.samples, both.rate)
    (out / "reply.wav").unlink(missing_ok=True)  # of an earlier conversation
    if len(reply.samples):
        write_wav(out / "reply.wav", reply.samples, reply.rate)
    (out / "captions.vtt").write_text(to_vtt(_cues(story)), encoding="utf-8", errors="replace")
    (out / "report.html").write_text(report(story), encoding="utf-8")


def _cues(story: Story) -> Iterator[Cue]:
    """Both sides' words with their times in ``conversation.wav``."""
    for row in story.exchanges:
        yield Cue(
            start_ms=round(row.said_start_ms),
            end_ms=round(row.said_end_ms),
            text=row.transcript,
            speaker="You",
        )
        if row.answer_start_ms is not None and row.answer_end_ms is not None:
            yield Cue(
                start_ms=round(row.answer_start_ms),
                end_ms=round(row.answer_end_ms),
                text=row.answer,
                speaker="Agent",
            )


def _say_what_happens(recordings: Recordings, peer: Peer) -> None:
    """Who talks with whom, before they do."""
    licences: dict[str, list[str]] = {}
    for entry in recordings.utterances:
        if entry.credit is not None:
            licences.setdefault(entry.credit.licence, []).append(entry.credit.name)
    tell(
        make_console(sys.stdout),
        f"{recordings.description}  \u2192  {peer.where}",
        *(f"Recordings {', '.join(names)}: {licence}" for licence, names in licences.items()),
        *(f"Note: {note}" for note in recordings.notes + peer.notes),
        "",
    )


def _say_what_happened(story: Story, out: Path) -> None:
    """The table, the figures, and where to look and listen."""
    console = make_console(sys.stdout)
    tell(console, "")
    print_exchanges(console, story)
    rate, latency = story.word_error_rate, seconds(story.median_latency_ms)
    if rate is not None:
        tell(console, f"Word error rate of the transcripts: {rate:.0%}")
    tell(console, f"Median response latency, last word to first sound: {latency}")
    if story.problem is not None:
        tell(console, f"The session ended early: {story.problem}")
    sound = [name for name in ("conversation.wav", "reply.wav") if (out / name).exists()]
    tell(console, "", f"Look and listen: {out / 'report.html'}")
    tell(console, f"Beside it: {', '.join([*sound, 'captions.vtt'])}")
