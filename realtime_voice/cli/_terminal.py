"""What people see in the terminal: captions while they are spoken, tables, a progress bar.

rich draws where a person watches; lines are printed where output is kept, or colours are unwanted.
rich comes with the extra ``cli`` and is imported when it is needed. Nothing here knows sessions.
"""

import os
import sys
import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from io import TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, TextIO

from realtime_voice.cli._story import Exchange, Story
from realtime_voice.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = [
    "Captions",
    "LiveCaptions",
    "PlainCaptions",
    "captions_for",
    "clean",
    "is_watched",
    "make_console",
    "print_exchanges",
    "progress",
    "require_rich",
    "say",
    "seconds",
    "tell",
    "waiting",
]

Side = Literal["user", "assistant"]

_NAMES: dict[Side, str] = {"user": "You", "assistant": "Agent"}
_STYLES: dict[Side, str] = {"user": "bold blue", "assistant": "bold cyan"}
_PLAIN_WIDTH = 100


def require_rich() -> None:
    """Check that the terminal's package is there.

    Raises:
        ConfigError: It is missing.
    """
    if find_spec("rich") is None:
        raise ConfigError(
            "this needs the package rich: pip install 'realtime-voice[demo]' installs everything"
        )


def clean(text: str) -> str:
    """A text that cannot steer a terminal: on one line, no control characters."""
    one_line = " ".join(text.split())
    return "".join(one for one in one_line if unicodedata.category(one) not in {"Cc", "Cs"})


def say(text: str = "", *, to: TextIO | None = None) -> None:
    """Write one line, also where the stream cannot show every letter.

    Args:
        text: The line.
        to: Where to; standard output by default.
    """
    stream = to or sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write(f"{text}\n".encode(encoding, "replace").decode(encoding))
    stream.flush()


def is_watched(stream: TextIO) -> bool:
    """Whether a person watches a stream and wants colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _forgive(stream: object) -> None:
    """Let a stream write a mark for a letter that it lacks."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")


def make_console(stream: TextIO) -> "Console":
    """The console of rich for a stream; a fixed width where nobody watches.

    From now on the stream writes ``?`` for letters that its encoding lacks, instead of failing.
    """
    from rich.console import Console  # noqa: PLC0415 (an extra)

    _forgive(stream)
    watched = is_watched(stream)
    return Console(
        file=stream,
        highlight=False,
        no_color=None if watched else True,
        width=None if stream.isatty() else _PLAIN_WIDTH,
    )


class Captions(Protocol):
    """Shows words while they are spoken."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def show(self, side: Side, key: str, text: str, *, at_s: float, final: bool) -> None:
        """Show the whole text so far of one utterance; ``key`` tells which."""

    def status(self, text: str) -> None:
        """Say what is happening."""


def captions_for(stream: TextIO) -> Captions:
    """Moving captions for a person, lines for everything else."""
    if is_watched(stream):
        return LiveCaptions(make_console(stream))
    return PlainCaptions(stream)


class PlainCaptions:
    """One line for each utterance, when it is complete."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.flush()

    def show(self, side: Side, key: str, text: str, *, at_s: float, final: bool) -> None:
        """Print complete utterances."""
        began = self._began.setdefault(key, at_s)
        if final:
            say(f"{began:6.1f} s  {_NAMES[side]:5}  {clean(text)}", to=self._stream)

    def status(self, text: str) -> None:
        """Lines that come and go have no place in a file."""


class LiveCaptions:
    """Captions that grow; complete ones stay, and what is happening stands below."""

    def __init__(self, console: "Console") -> None:
        from rich.live import Live  # noqa: PLC0415 (an extra)

        self._console = console
        self._open: dict[str, tuple[Side, str, float]] = {}
        self._status = ""
        self._live = Live(console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, side: Side, key: str, text: str, *, at_s: float, final: bool) -> None:
        """Show an utterance as far as it is known."""
        began = self._open.pop(key, (side, text, at_s))[2]
        if not final:
            self._open[key] = (side, text, began)
        self._draw()
        if final:
            # Only after the growing line is gone from below, or it would be left standing.
            grid = _grid()
            grid.add_row(*_line(side, text, began))
            self._console.print(grid)

    def status(self, text: str) -> None:
        """Show what is happening, below the captions."""
        if text != self._status:
            self._status = text
            self._draw()

    def _draw(self) -> None:
        from rich.console import Group  # noqa: PLC0415 (an extra)
        from rich.spinner import Spinner  # noqa: PLC0415 (an extra)

        grid = _grid()
        for side, text, at_s in self._open.values():
            grid.add_row(*_line(side, f"{text} \u2026", at_s))
        status = Spinner("dots", text=f" {clean(self._status)}", style="dim")
        self._live.update(Group(grid, status), refresh=True)


def print_exchanges(console: "Console", story: Story) -> None:
    """The table of what was said, written down and answered."""
    from rich.box import ROUNDED  # noqa: PLC0415 (an extra)
    from rich.table import Table  # noqa: PLC0415 (an extra)
    from rich.text import Text  # noqa: PLC0415 (an extra)

    title = "What was said, heard and answered"
    table = Table(
        title=title, title_justify="left", title_style="bold", box=ROUNDED, show_lines=True
    )
    for name in ("Said", "Transcribed", "Answered"):
        table.add_column(name, ratio=1, overflow="fold")
    table.add_column("Wrong", justify="right", no_wrap=True)
    table.add_column("Latency", justify="right", no_wrap=True)
    for row in story.exchanges:
        alignment = row.alignment if story.recognised else None
        wrong = "-" if alignment is None else f"{alignment.errors}/{alignment.reference_words}"
        table.add_row(
            Text(clean(row.said) if row.said else f"({clean(row.name)})"),
            _marked(row, recognised=story.recognised),
            Text(clean(row.answer or row.answer_problem or "nothing")),
            wrong,
            seconds(row.latency_ms),
        )
    console.print(table)


def tell(console: "Console", *lines: str) -> None:
    """Print lines, wrapped between words for a person and not at all for a program."""
    from rich.text import Text  # noqa: PLC0415 (an extra)

    for line in lines:
        console.print(Text(clean(line)), soft_wrap=not console.is_terminal)


def seconds(milliseconds: float | None) -> str:
    """A duration as people say it; a dash for none."""
    return "-" if milliseconds is None else f"{milliseconds / 1000:.2f} s"


@contextmanager
def waiting(stream: TextIO, text: str) -> Generator[None]:
    """Say what takes a while, while it does; nothing where output is kept."""
    if not is_watched(stream):
        yield
        return
    with make_console(stream).status(clean(text)):
        yield


@contextmanager
def progress(stream: TextIO, title: str, total_s: float) -> Generator[Callable[[float], None]]:
    """A progress bar for a person; nothing where output is kept.

    Args:
        stream: Where to draw it.
        title: What is worked on.
        total_s: What the whole bar stands for, in seconds of sound.

    Yields:
        A function to call with the seconds that are done.
    """
    if not is_watched(stream) or find_spec("rich") is None:
        yield lambda _done: None
        return
    from rich import progress as bars  # noqa: PLC0415 (an extra)

    columns = (
        bars.TextColumn("{task.fields[title]}", markup=False),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=make_console(stream), transient=True) as bar:
        task = bar.add_task("", total=total_s, title=clean(title))
        yield lambda done: bar.update(task, completed=done)


def _grid() -> "Table":
    """Three columns: time, who, words; the words wrap within theirs."""
    from rich.table import Table  # noqa: PLC0415 (an extra)

    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", width=8, style="dim")
    grid.add_column(width=5)
    grid.add_column(overflow="fold")
    return grid


def _line(side: Side, text: str, at_s: float) -> "tuple[str, Text, Text]":
    """One caption; words are never read as markup."""
    from rich.text import Text  # noqa: PLC0415 (an extra)

    return f"{at_s:.1f} s", Text(_NAMES[side], style=_STYLES[side]), Text(clean(text))


def _marked(row: Exchange, *, recognised: bool) -> "Text":
    """The transcript with its differences from the truth marked, also without colours."""
    from rich.text import Text  # noqa: PLC0415 (an extra)

    if not row.transcript:
        return Text(clean(row.transcript_problem or "nothing"), style="italic red")
    if row.alignment is None or not recognised:
        return Text(clean(row.transcript))
    words: list[Text] = []
    for pair in row.alignment.pairs:
        if pair.kind == "equal":
            words.append(Text(clean(pair.hypothesis)))
            continue
        if pair.reference:
            words.append(Text(f"[-{clean(pair.reference)}-]", style="dim"))
        if pair.hypothesis:
            words.append(Text(f"{{+{clean(pair.hypothesis)}+}}", style="bold red"))
    return Text(" ").join(words)
