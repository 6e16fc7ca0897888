"""Fixtures that every test may use, and how hypothesis searches."""

import os

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is no failure. CI searches the same examples each time, so that a change is
# judged by what it changed; everybody else searches new ones.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run each asynchronous test on both event loops."""
    backend: str = request.param
    return backend
