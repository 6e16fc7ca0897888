"""These tests need other people's packages; `nox -s compat` installs them and runs this folder."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio alone: the clients of others know no other loop."""
    return "asyncio"
