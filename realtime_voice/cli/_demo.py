"""``realtime-voice demo``: recordings of people talk with an agent, and the conversation is told.

It joins the parts: a caller and a speaker, a server, a session, captions, and a report.
"""

import platform
import sys
from argparse import Namespace
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
    clean,
    make_console,
    print_exchanges,
    require_rich,
    seconds,
)
from realtime_voice.config import ServerVAD, SessionConfig
from realtime_voice.conversation import Notification, TranscriptUpdate
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
    recordings = await anyio.to_thread.run_sync(find_recordings, options.wav)
    async with open_peer(live=options.live) as peer:
        _say_what_happens(recordings, peer)
        speaker = Speaker()
        caller = PoliteCaller(
            recordings.utterances, other_is_silent=lambda: speaker.is_silent
        )
        session = Session(_config(), source=caller, sink=speaker, client=peer.client)
        problem = await _converse(session, caller, captions_for(sys.stdout))
    story = _story(session, caller, speaker, peer, recordings, problem)
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
