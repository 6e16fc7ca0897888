"""Who is at the other end: a local server with real ears and a voice, or OpenAI.

The local server lives as long as the context; nothing here knows what is said.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec

import attrs

from realtime_voice.client import RealtimeClient
from realtime_voice.errors import ConfigError
from realtime_voice.testing import Heard, Local, LocalServer, Say, Scripted
from realtime_voice.testing.voice import FormantVoice

__all__ = ["LOCAL_EXTRA", "Peer", "local_ears_installed", "open_peer", "scripted_brain"]

LOCAL_EXTRA = "pip install 'realtime-voice[local]'"
"""What gives the local server ears."""

_ROUGH = "Local dictation is rough: about one word in four is wrong on human speech."

_SCRIPTED = (
    "The server plays a script and recognises nothing: what it calls a transcript is the script's "
    f"text. For real ears: {LOCAL_EXTRA}"
)

_NOT_RECOGNISED = "(scripted: something was said)"
_LINES = (
    "I heard somebody speak. I am a script, so I cannot tell what was said.",
    "I heard you again. With real ears I would answer you.",
    "Thank you for talking to a script.",
)


@attrs.frozen(kw_only=True)
class Peer:
    """A server to talk to."""

    client: RealtimeClient
    """The way to it."""
    where: str
    """What it is, in a few words."""
    notes: tuple[str, ...] = ()
    """What a reader must know to judge what it does."""
    is_local: bool = False
    """It runs on this machine; names of models mean nothing to it."""
    recognises: bool = True
    """It really listens; otherwise its transcripts are a script's words."""


def local_ears_installed() -> bool:
    """Whether the recogniser of the extra ``local`` is there."""
    return find_spec("pocketsphinx") is not None


def scripted_brain() -> Scripted:
    """A brain that hears sound, recognises nothing, and says so in our own voice; for ever."""
    voice = FormantVoice()
    spoken = [voice.say(line) for line in _LINES]
    steps = [
        Heard(_NOT_RECOGNISED, say=Say(text=line.text, pcm=line.pcm, words=line.words))
        for line in spoken
    ]
    return Scripted(steps, repeat=True, default=steps[0])


@asynccontextmanager
async def open_peer(*, live: bool, must_recognise: bool = False) -> AsyncGenerator[Peer]:
    """Start the local server, or check that OpenAI can be asked.

    Args:
        live: Talk to OpenAI.
        must_recognise: Without real ears, fail instead of playing a script.

    Raises:
        ConfigError: ``live`` without a key, or no ears although they are needed.
    """
    if live:
        if not os.environ.get("OPENAI_API_KEY"):
            raise ConfigError(
                "--live talks to OpenAI and needs a key: set OPENAI_API_KEY, or leave --live out",
                field="OPENAI_API_KEY",
            )
        base = os.environ.get("OPENAI_BASE_URL")
        where = f"The server at {base}" if base else "OpenAI"
        yield Peer(client=RealtimeClient(), where=where)
    elif local_ears_installed():
        async with LocalServer(Local()) as server:
            yield Peer(
                client=server.client(),
                where="Local server on this machine: pocketsphinx listens, our own voice speaks",
                is_local=True,
                notes=(_ROUGH,),
            )
    elif must_recognise:
        raise ConfigError(
            f"the recogniser of this machine is not installed: {LOCAL_EXTRA}, or use --live"
        )
    else:
        async with LocalServer(scripted_brain()) as server:
            yield Peer(
                client=server.client(),
                where="Local server on this machine: a script, in our own voice",
                is_local=True,
                notes=(_SCRIPTED,),
                recognises=False,
            )
