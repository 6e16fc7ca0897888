"""Telling users of models and features that end, at the line that uses them.

Only tells; nothing is refused because it will end. Reads no clock: a date is part of the message,
whether it is past or to come.
"""

import inspect
import warnings
from typing import TYPE_CHECKING

from realtime_voice.config._models import (
    PROMPTS_END,
    Retirement,
    realtime_model,
    transcription_model,
)
from realtime_voice.config._transcription import Transcription

if TYPE_CHECKING:
    from realtime_voice.config._session_config import SessionConfig

__all__ = ["retirements", "warn_of_retirements"]


def retirements(config: "SessionConfig") -> dict[str, str]:
    """What ends of all that a configuration names: sentences by field."""
    found: dict[str, str] = {}
    if (known := realtime_model(config.model)) is not None and known.retirement is not None:
        found["model"] = _sentence(f"model {config.model!r}", known.retirement)
    if isinstance(config.transcription, Transcription):
        name = config.transcription.model
        recogniser = transcription_model(name)
        if recogniser is not None and recogniser.retirement is not None:
            found["transcription"] = _sentence(
                f"transcription model {name!r}", recogniser.retirement
            )
    if config.prompt:
        found["prompt"] = (
            f"prompt: stored prompts end on {PROMPTS_END}; put the text into instructions"
        )
    return found


def warn_of_retirements(config: "SessionConfig", *, known: dict[str, str]) -> None:
    """Give a ``DeprecationWarning`` for each thing that ends and is not in ``known``."""
    for field, sentence in retirements(config).items():
        if known.get(field) != sentence:
            warnings.warn(sentence, DeprecationWarning, stacklevel=_user_level())


def _sentence(what: str, retirement: Retirement) -> str:
    return f"{what} is shut down on {retirement.date}; use {retirement.replacement!r}"


def _user_level() -> int:
    """The stack level, seen from the caller, of the first frame outside of this library."""
    level = 0
    frame = inspect.currentframe()
    while frame is not None and _is_ours(frame.f_globals.get("__name__"), frame.f_code.co_filename):
        frame = frame.f_back
        level += 1
    return level


def _is_ours(module: object, filename: str) -> bool:
    # attrs compiles each __init__ under a made-up file name.
    package = __name__.partition(".")[0]
    return f"{module}.".startswith(f"{package}.") or filename.startswith("<attrs generated")
