"""A lock that its holder may take again."""

import anyio
import pytest

from realtime_voice.testing._turn import Turn

pytestmark = pytest.mark.anyio


async def test_one_at_a_time_and_again() -> None:
    """Whoever has the turn may take it once more; the others wait for the end of the first."""
    turn, told = Turn(), []

    async def speak(name: str) -> None:
        async with turn.take():
            told.append(f"{name} begins")
            async with turn.take():
                await anyio.sleep(0.01)
            await anyio.sleep(0.01)
            told.append(f"{name} ends")

    async with anyio.create_task_group() as tasks:
        for name in ("one", "two"):
            tasks.start_soon(speak, name)
    names = [entry.split()[0] for entry in told]
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert len(set(names)) == 2
