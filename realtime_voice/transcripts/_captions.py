"""Captions in the formats that other programs read: plain text, JSON, WebVTT and SubRip.

Pure: cues in, text out. This module knows nothing of sessions, files or terminals; where a format
has rules (escaping, order, no empty lines), they are kept here and nowhere else.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import attrs

__all__ = ["CaptionFormat", "Cue", "dump_json", "to_json", "to_srt", "to_text", "to_vtt"]

CaptionFormat = Literal["text", "json", "vtt", "srt"]
"""Formats that captions can be written in."""

_SHORTEST_CUE_MS = 1
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@attrs.frozen(kw_only=True)
class Cue:
    """A stretch of speech and its words."""

    start_ms: int
    """Where it begins, in ms since the start of the sound."""
    end_ms: int
    """Where it ends, in ms."""
    text: str
    """The words; empty where there are none."""
    speaker: str | None = None
    """Who speaks, where several do."""
    status: str = "final"
    """How far the words can be trusted, such as ``final``, ``failed`` or ``no_speech``."""
    language: str | None = None
    """Language code, where the recogniser told one."""
    error: str | None = None
    """Why there are no words."""


def to_text(cues: Iterable[Cue]) -> str:
    """One line for each cue that has words, in order of time; the speaker's name in front.

    Returns:
        Lines that each end with a newline; empty where nobody said anything.
    """
    lines: list[str] = []
    for cue in _ordered(cues):
        words = _one_line(cue.text)
        name = f"{_one_line(cue.speaker)}: " if cue.speaker else ""
        if words:
            lines.append(f"{name}{words}\n")
    return "".join(lines)


def to_json(cues: Iterable[Cue], **facts: Any) -> dict[str, Any]:
    """A JSON object: the ``facts``, the whole ``text``, and one object for each cue.

    Cues without words are kept, because their status says why. The keys are stable: one may be
    added, none goes away or changes its meaning.

    Args:
        cues: What was said.
        facts: What else is known of the sound, such as ``file`` and ``duration_ms``.
    """
    ordered = _ordered(cues)
    words = (_one_line(cue.text) for cue in ordered)
    return {
        **facts,
        "text": " ".join(word for word in words if word),
        "segments": [attrs.asdict(cue) for cue in ordered],
    }


def to_vtt(cues: Iterable[Cue], *, notes: Sequence[str] = ()) -> str:
    """A WebVTT file (https://www.w3.org/TR/webvtt1/): escaped, in order, one block for each cue.

    Args:
        cues: What was said; cues without words are left out.
        notes: Comments at the head of the file.
    """
    blocks = ["WEBVTT"]
    # An arrow would end the comment and start a cue.
    blocks += [f"NOTE {_one_line(note).replace('-->', '->')}" for note in notes]
    for number, cue in enumerate(_with_words(cues), start=1):
        words = _one_line(cue.text).translate(_VTT_ESCAPES)
        if cue.speaker:
            words = f"<v {_one_line(cue.speaker).translate(_VTT_ESCAPES)}>{words}"
        times = f"{_clock(cue.start_ms, '.')} --> {_clock(_end(cue), '.')}"
        blocks.append(f"{number}\n{times}\n{words}")
    return "\n\n".join(blocks) + "\n"


def to_srt(cues: Iterable[Cue]) -> str:
    """A SubRip file; cues without words are left out."""
    blocks: list[str] = []
    for number, cue in enumerate(_with_words(cues), start=1):
        # The format has no escapes; players take an arrow at the start of a line for a time.
        words = _one_line(cue.text).replace("-->", "->")
        name = f"{_one_line(cue.speaker)}: " if cue.speaker else ""
        times = f"{_clock(cue.start_ms, ',')} --> {_clock(_end(cue), ',')}"
        blocks.append(f"{number}\n{times}\n{name}{words}\n")
    return "\n".join(blocks)


def dump_json(value: object) -> str:
    """JSON text as people and programs both like it: UTF-8, indented, one newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _ordered(cues: Iterable[Cue]) -> list[Cue]:
    """The cues by time; those that begin together keep their order."""
    return sorted(cues, key=lambda cue: (max(0, cue.start_ms), cue.end_ms))


def _with_words(cues: Iterable[Cue]) -> list[Cue]:
    """The cues that can be shown."""
    return [cue for cue in _ordered(cues) if _one_line(cue.text)]


def _end(cue: Cue) -> int:
    """The end of a cue, which formats demand to lie after its start."""
    return max(cue.end_ms, max(0, cue.start_ms) + _SHORTEST_CUE_MS)


def _one_line(text: str | None) -> str:
    """A text on one line: an empty line would end a cue in most formats."""
    return " ".join(_CONTROL_CHARACTERS.sub("", text or "").split())


def _clock(milliseconds: int, separator: str) -> str:
    """``HH:MM:SS.mmm``; hours grow as they must."""
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{rest:03d}"
