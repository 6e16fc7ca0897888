"""What may be typed: the command's words and options, and the help that explains them.

It checks what can be checked without opening anything; it runs nothing.
"""

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn, get_args

from realtime_voice._version import __version__
from realtime_voice.transcripts import CaptionFormat

__all__ = ["build_parser"]

_DESCRIPTION = """\
Voice conversations on the OpenAI Realtime API, with transcripts you can trust.
Everything runs without a key, on a local server with real ears and a voice."""

_EPILOG = """\
examples:
  realtime-voice demo                        real human speech, a conversation, a report
  realtime-voice demo --wav question.wav     your own recording asks
  realtime-voice transcribe talk.wav --format vtt > talk.vtt
  realtime-voice serve                       a Realtime API server on this machine

exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C"""

_DEMO = """\
A caller plays recordings of people, one after the other, and waits politely for each answer.
Captions of both sides appear while they speak; at the end there is a table of what was said
against what was transcribed, the answers as a WAV file, and a report to look at and listen to."""

_TRANSCRIBE = """\
Write down what is said in WAV files: as text, JSON, WebVTT or SubRip captions.
By default a recogniser on this machine listens. It needs no key and sends nothing anywhere, but
its dictation is rough: about one word in four is wrong on human speech. --live asks OpenAI."""

_SERVE = """\
Start a server on this machine that speaks the Realtime protocol, for your programs and tests.
It can be reached from this machine only, and with the token that it prints."""

_LARGEST_PORT = 65_535

_HELP_COLUMN = 22


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help in two columns that line up, without a line for the word COMMAND itself."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_HELP_COLUMN)

    def _format_action(self, action: argparse.Action) -> str:
        text = super()._format_action(action)
        if action.nargs != argparse.PARSER:
            return text
        _, _, commands = text.partition("\n")
        return re.sub(
            r"^ {4}(\S+)\s+", lambda found: f"  {found[1]:<12}", commands, flags=re.MULTILINE
        )


_STYLE: Any = {"formatter_class": _Formatter, "allow_abbrev": False}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and name the way out."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command."""
    parser = _Parser(prog="realtime-voice", description=_DESCRIPTION, epilog=_EPILOG, **_STYLE)
    parser.add_argument("--version", action="version", version=f"realtime-voice {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    demo = commands.add_parser(
        "demo", help="hold a conversation and tell it", description=_DEMO, **_STYLE
    )
    transcribe = commands.add_parser(
        "transcribe", help="write down what is said in files", description=_TRANSCRIBE, **_STYLE
    )
    serve = commands.add_parser(
        "serve", help="start the local server", description=_SERVE, **_STYLE
    )
    _demo_options(demo)
    _transcribe_options(transcribe)
    _serve_options(serve)
    for command in (demo, transcribe, serve):
        command.add_argument("--debug", action="store_true", help="show tracebacks of errors")
    return parser


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wav",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a recording of yours to speak; may be given several times",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("realtime-voice-demo"),
        help="where to write the report and the sound (default: %(default)s)",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="talk to OpenAI instead of the local server; needs OPENAI_API_KEY and costs money",
    )


def _transcribe_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="WAV files to listen to"
    )
    parser.add_argument(
        "--format",
        choices=get_args(CaptionFormat),
        metavar="FORMAT",
        default="text",
        help="%(choices)s (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        type=Path,
        help="file to write, or a directory for one file each (default: standard output)",
    )
    parser.add_argument("--language", metavar="CODE", help="language spoken, such as en or de")
    parser.add_argument("--model", metavar="NAME", help="transcription model, with --live")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="listen on this machine (the default)")
    where.add_argument(
        "--live",
        action="store_true",
        help="let OpenAI listen; needs OPENAI_API_KEY and costs money",
    )


def _serve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="port (default: a free one)"
    )
    parser.add_argument(
        "--token", metavar="TEXT", help="what clients must present (default: made up)"
    )
    parser.add_argument(
        "--scripted",
        action="store_true",
        help="no ears: play a script, which needs no extra package and is always the same",
    )


def _port(text: str) -> int:
    """A port number."""
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= _LARGEST_PORT:
        raise argparse.ArgumentTypeError(
            f"a port is a number from 0 to {_LARGEST_PORT}, not {text}"
        )
    return port
