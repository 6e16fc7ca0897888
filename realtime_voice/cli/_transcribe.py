"""``realtime-voice transcribe``: what is said in files, written down.

Each file goes through a session of its own that listens and never answers. The words go to
standard output or into files; everything else (progress, notes, errors) goes to standard error.
"""

import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, assert_never

import anyio.to_thread
import attrs

from realtime_voice.audio import AudioSource, WavSource
from realtime_voice.cli._peer import Peer, open_peer
from realtime_voice.cli._terminal import clean, progress, say
from realtime_voice.config import ServerVAD, SessionConfig, Transcription
from realtime_voice.conversation import TranscriptStatus, TranscriptUpdate
from realtime_voice.errors import AudioError, ConfigError
from realtime_voice.session import Session
from realtime_voice.transcripts import (
    CaptionFormat,
    Cue,
    dump_json,
    to_json,
    to_srt,
    to_text,
    to_vtt,
)

__all__ = ["run"]

_SCHEMA_VERSION = 1
"""Grows when a key of the JSON output changes its meaning or goes away; new keys may come."""

_SUFFIXES: dict[CaptionFormat, str] = {
    "text": ".txt",
    "json": ".json",
    "vtt": ".vtt",
    "srt": ".srt",
}
_SILENCE_MS = 500
_PATIENCE_S = 60.0
"""Sound is sent faster than it is recognised; transcripts are late by up to the file's length."""
_LOST = {TranscriptStatus.FAILED, TranscriptStatus.TIMED_OUT}


@attrs.frozen(kw_only=True)
class _Document:
    """One file, written down."""

    file: Path
    duration_s: float
    cues: tuple[Cue, ...]

    @property
    def lost(self) -> int:
        """Utterances that were heard and could not be written down."""
        return sum(cue.status in _LOST for cue in self.cues)


async def run(options: Namespace) -> int:
    """Transcribe all files; one that cannot be read does not stop the others.

    Args:
        options: ``files``, ``format``, ``out``, ``language``, ``model``, ``live``.

    Returns:
        The exit code: 0 only if every file, and all speech in it, was written down.

    Raises:
        ConfigError: The options do not go together, or there is nothing to listen with.
    """
    _check(options)
    config = _config(options)
    documents: list[_Document] = []
    failed = False
    async with open_peer(live=options.live, must_recognise=True) as peer:
        notes = list(peer.notes)
        for file in options.files:
            try:
                source = WavSource(file, realtime=False)
                while notes:
                    _tell(f"note: {notes.pop(0)}")
                document = await _listen(file, source, config, peer)
            except AudioError as error:
                _tell(f"error: {error}")
                failed = True
                continue
            documents.append(document)
            if document.lost:
                _tell(f"error: {file}: {document.lost} utterances could not be written down")
                failed = True
    await anyio.to_thread.run_sync(_write, documents, options)
    return 1 if failed else 0


def _check(options: Namespace) -> None:
    """Refuse what cannot work before anything is opened."""
    many = len(options.files) > 1
    if many and options.out is None and options.format in {"vtt", "srt"}:
        raise ConfigError(
            f"several files cannot share one {options.format} output: give a directory with --out",
            field="out",
        )
    if many and options.out is not None and options.out.is_file():
        raise ConfigError(f"--out {options.out} is a file, but there are several to write")
    if many and options.out is not None:
        _check_names(options)
    if not many and options.out is not None and not options.out.parent.is_dir():
        raise ConfigError(f"--out {options.out}: there is no folder {options.out.parent}")


def _check_names(options: Namespace) -> None:
    """Refuse files that would overwrite each other's words."""
    targets: dict[str, Path] = {}
    for file in options.files:
        # Some file systems do not tell a from A.
        other = targets.setdefault(file.stem.casefold(), file)
        if other is not file:
            name = f"{file.stem}{_SUFFIXES[options.format]}"
            raise ConfigError(
                f"{other} and {file} would both be written to {options.out / name}: "
                "transcribe them one by one, each with its own --out",
                field="out",
            )


def _config(options: Namespace) -> SessionConfig:
    """A session that listens and never answers."""
    wanted = {"model": options.model, "language": options.language}
    return SessionConfig(
        transcription=Transcription(**{key: value for key, value in wanted.items() if value}),
        turn_detection=ServerVAD(
            silence_duration_ms=_SILENCE_MS, create_response=False, interrupt_response=False
        ),
    )


async def _listen(file: Path, source: WavSource, config: SessionConfig, peer: Peer) -> _Document:
    """Send one file through a session and collect the user's transcripts."""
    total_s = source.duration_s or 0.0
    finals: dict[tuple[str, int], TranscriptUpdate] = {}
    with progress(sys.stderr, file.name, total_s) as advance:
        counted = _Counted(source)
        session = Session(
            config,
            source=counted,
            client=peer.client,
            keep_audio_s=0,
            transcript_deadline_s=_PATIENCE_S + total_s,
        )
        updates = session.user_transcripts()
        async with session:
            async for update in updates:
                if update.final:
                    finals[update.item_id, update.content_index] = update
                    advance(max(update.audio_end_ms or 0 for update in finals.values()) / 1000)
    cues = tuple(_cue(update, counted.position_s) for update in finals.values())
    return _Document(file=file, duration_s=counted.position_s, cues=cues)


class _Counted(AudioSource):
    """A source that tells how far it was read."""

    def __init__(self, source: AudioSource) -> None:
        self.format = source.format
        self.position_s = 0.0
        self._source = source

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._chunks = aiter(self._source)
        return self

    async def __anext__(self) -> bytes:
        chunk = await anext(self._chunks)
        self.position_s += self.format.frames(len(chunk)) / self.format.rate
        return chunk

    async def aclose(self) -> None:
        """Close the source."""
        await self._source.aclose()


def _cue(update: TranscriptUpdate, duration_s: float) -> Cue:
    """A transcript as a caption; the padding that a server adds never leaves the file."""
    last = round(duration_s * 1000)
    start = min(max(0, update.audio_start_ms or 0), last)
    end = last if update.audio_end_ms is None else update.audio_end_ms
    return Cue(
        start_ms=start,
        end_ms=min(max(start, end), last),
        text=update.text,
        status=update.status.value,
        language=update.language,
        error=update.error,
    )


def _write(documents: Sequence[_Document], options: Namespace) -> None:
    """Write everything where it was wanted."""
    out: Path | None = options.out
    if out is None:
        _print(_whole(documents, options.format))
    elif len(options.files) > 1 or out.is_dir():
        out.mkdir(parents=True, exist_ok=True)
        for document in documents:
            target = out / f"{document.file.stem}{_SUFFIXES[options.format]}"
            _save(target, _whole([document], options.format))
    elif documents:
        _save(out, _whole(documents, options.format))


def _print(text: str) -> None:
    """Write to standard output: UTF-8 for programs, what the terminal can show for people."""
    if not text:
        return
    if sys.stdout.isatty():
        say(text.removesuffix("\n"))
    else:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace")


def _whole(documents: Sequence[_Document], style: CaptionFormat) -> str:
    """One text for all documents."""
    match style:
        case "text":
            if len(documents) == 1:
                return to_text(documents[0].cues)
            return "\n".join(
                f"== {clean(str(document.file))} ==\n{to_text(document.cues)}"
                for document in documents
            )
        case "json":
            return dump_json({"version": _SCHEMA_VERSION, "files": [*map(_object, documents)]})
        case "vtt":
            return "".join(to_vtt(document.cues) for document in documents)
        case "srt":
            return "".join(to_srt(document.cues) for document in documents)
        case _:
            assert_never(style)


def _object(document: _Document) -> dict[str, Any]:
    """A document as JSON."""
    return to_json(
        document.cues, file=str(document.file), duration_ms=round(document.duration_s * 1000)
    )


def _tell(text: str) -> None:
    """One line for the person at the terminal."""
    say(f"realtime-voice transcribe: {clean(text)}", to=sys.stderr)
