"""The transport is tested on every event loop there is."""

import pytest


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ]
)
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Run each asynchronous test on three event loops."""
    backend: tuple[str, dict[str, bool]] = request.param
    if backend[1].get("use_uvloop"):
        pytest.importorskip("uvloop")
    return backend
