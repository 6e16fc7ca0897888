"""Row 92: Ctrl-C, in a program of its own."""

import signal
import sys
import time

import anyio

from realtime_voice.testing.faults import Fault, IgnoreClose
from realtime_voice.testing.faults.matrix._expect import NotHere, expect
from realtime_voice.testing.faults.matrix._rows import ONLY_PLAIN, Case, Check, Row
from realtime_voice.testing.faults.matrix._world import World

__all__ = ["ROWS"]

_LEAVE_S = 2.5
_AT_ONCE_S = 0.5
_START_S = 20.0
_PROGRAM = "realtime_voice.testing.faults.matrix._talker"


def _interrupted(*faults: Fault, times: int, bound_s: float) -> Check:
    """Run a program that talks for ever, interrupt it, and see how it goes.

    Args:
        *faults: How its server behaves.
        times: How often to interrupt it.
        bound_s: Seconds until it must be gone, after the last time.
    """

    async def check(world: World) -> None:
        if sys.platform == "win32":
            raise NotHere("Windows has no SIGINT for other programs")
        async with world.serving(*faults) as place:
            server = place.server
            command = [sys.executable, "-m", _PROGRAM, world.backend, server.url, server.token]
            said = await _interrupt(command, times=times, bound_s=bound_s)
        last = said.strip().splitlines()[-1:] or [""]
        expect("KeyboardInterrupt" in said, f"it ended without a KeyboardInterrupt: {last[0]!r}")
        if times == 1:
            for word in ("ExceptionGroup", "never retrieved", "was destroyed", "RuntimeError"):
                expect(word not in said, f"it left with {word!r} on stderr")

    return check


async def _interrupt(command: list[str], *, times: int, bound_s: float) -> str:
    """Start a program, interrupt it once it talks, and return what it said on stderr."""
    async with await anyio.open_process(command) as process:
        try:
            output, errors = process.stdout, process.stderr
            if output is None or errors is None:
                raise NotHere("there are no pipes to a program here")
            with anyio.fail_after(_START_S):
                await output.receive()
            for number in range(times):
                await anyio.sleep(0.3 * (number > 0))
                process.send_signal(signal.SIGINT)
            began = time.monotonic()
            with anyio.move_on_after(_START_S):
                await process.wait()
            expect(process.returncode is not None, f"it still ran after {_START_S:g} s")
            left = b"".join([part async for part in output]).decode().split()
            took = float(left[-1]) - began if left else _START_S
            expect(took <= bound_s, f"it took {took:.1f} s to go, not {bound_s:g} s")
            return b"".join([part async for part in errors]).decode()
        finally:
            if process.returncode is None:
                process.kill()


ROWS = (
    Row(
        number=92,
        fault="Ctrl-C in the middle of a conversation",
        must="KeyboardInterrupt, bare, within 2.5 s; a second Ctrl-C does not wait for a server "
        "that does not close",
        cases=(
            Case(
                name="once",
                check=_interrupted(times=1, bound_s=_LEAVE_S),
                on=ONLY_PLAIN,
                bound_s=45,
            ),
            Case(
                name="once, the server never closes",
                check=_interrupted(IgnoreClose(), times=1, bound_s=_LEAVE_S),
                on=ONLY_PLAIN,
                bound_s=45,
            ),
            Case(
                name="twice, the server never closes",
                check=_interrupted(IgnoreClose(), times=2, bound_s=_AT_ONCE_S),
                on=ONLY_PLAIN,
                bound_s=45,
            ),
        ),
    ),
)
