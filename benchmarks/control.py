"""Talks to the control port of the server: one JSON object a line, there and back."""

import json
from typing import Any, Self

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream

LONGEST_ANSWER = 65_536
TIMEOUT_S = 90.0


class Reply:
    """An answer that is on its way."""

    def __init__(self) -> None:
        self._came = anyio.Event()
        self._answer: dict[str, Any] = {}

    def settle(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self._came.set()

    async def wait(self) -> dict[str, Any]:
        """The answer; raises what the server could not do."""
        with anyio.fail_after(TIMEOUT_S):
            await self._came.wait()
        if "error" in self._answer:
            raise RuntimeError(f"server: {self._answer['error']}")
        return self._answer


class Control:
    """The harness's line to the server."""

    def __init__(self, stream: anyio.abc.SocketStream) -> None:
        self._stream = stream
        self._asked: dict[int, Reply] = {}
        self._number = 0

    @classmethod
    async def open(cls, port: int, group: anyio.abc.TaskGroup) -> Self:
        control = cls(await anyio.connect_tcp("127.0.0.1", port))
        group.start_soon(control._listen)
        return control

    async def _listen(self) -> None:
        lines = BufferedByteReceiveStream(self._stream)
        while True:
            line = await lines.receive_until(b"\n", LONGEST_ANSWER)
            answer = json.loads(line)
            self._asked.pop(answer.pop("id")).settle(answer)

    async def start(self, command: str, **arguments: Any) -> Reply:
        """Ask, without waiting for the answer."""
        self._number += 1
        reply = self._asked[self._number] = Reply()
        line = {"command": command, "id": self._number, **arguments}
        await self._stream.send(json.dumps(line).encode() + b"\n")
        return reply

    async def __call__(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        return await (await self.start(command, **arguments)).wait()

    async def settled(self, connections: int) -> None:
        """Wait until the server has exactly so many clients."""
        for _ in range(300):
            if (await self("statistics"))["connections"] == connections:
                return
            await anyio.sleep(0.01)
        raise RuntimeError(f"the server does not come to {connections} connections")
