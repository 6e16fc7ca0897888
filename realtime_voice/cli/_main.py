"""The command itself: reads the arguments, runs one job, and turns errors into one line.

What a job does is the job's own module; they are imported when they are needed, so that
``--help`` is instant and an extra that is missing is told in words.
"""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from typing import cast

import anyio

from realtime_voice.cli._arguments import build_parser
from realtime_voice.cli._terminal import say
from realtime_voice.errors import RealtimeError

__all__ = ["main"]

_FAILED, _USAGE, _STOPPED = 1, 2, 130
_JOBS = {"demo": "_demo", "transcribe": "_transcribe", "serve": "_serve"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: What was typed after the command's name; by default what really was.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
    """
    parser = build_parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse has said everything
        return stop.code if isinstance(stop.code, int) else _USAGE
    if options.command is None:
        parser.print_help()
        return _USAGE
    return _run(options)


def _run(options: Namespace) -> int:
    """Run one job; with ``--debug`` errors pass through."""
    try:
        job = import_module(f"realtime_voice.cli.{_JOBS[options.command]}")
        code: int = anyio.run(job.run, options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _STOPPED
    except BrokenPipeError:
        # The reader of our output has gone; nothing may be flushed into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except Exception as error:
        if options.debug:
            raise
        return _tell(options.command, error)
    return code


def _tell(command: str, error: Exception) -> int:
    """Say on one line what went wrong."""
    match _single(error):
        case RealtimeError() as known:
            text = str(known)
        case OSError(strerror=str(reason), filename=filename):
            text = f"{filename}: {reason}" if filename else reason
        case other:
            text = f"unexpected {type(other).__name__}: {other} (--debug shows where)"
    say(f"realtime-voice {command}: error: {' '.join(text.split())}", to=sys.stderr)
    return _FAILED


def _single(error: BaseException) -> BaseException:
    """The one error in a group of one."""
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        if len(group.exceptions) != 1:
            return group
        error = group.exceptions[0]
    return error
