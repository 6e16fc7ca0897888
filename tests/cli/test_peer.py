"""Who is at the other end."""

import pytest

from realtime_voice.cli import _peer
from realtime_voice.cli._peer import local_ears_installed, open_peer
from realtime_voice.errors import ConfigError
from realtime_voice.session import Session

pytestmark = pytest.mark.anyio


async def test_live_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and the way out."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError, match=r"set OPENAI_API_KEY, or leave --live out"):
        async with open_peer(live=True):
            pass


async def test_a_key_alone_does_not_spend_money(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --live, the local server answers even if there is a key."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setattr(_peer, "local_ears_installed", lambda: False)
    async with open_peer(live=False) as peer:
        assert peer.is_local


async def test_live_tells_where_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI, or whatever OPENAI_BASE_URL says."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    async with open_peer(live=True) as peer:
        assert peer.where == "OpenAI"
        assert peer.recognises
    monkeypatch.setenv("OPENAI_BASE_URL", "https://example.org/v1")
    async with open_peer(live=True) as peer:
        assert peer.where == "The server at https://example.org/v1"


async def test_without_ears_a_script_plays_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless ears are needed: then the message is the command to type."""
    monkeypatch.setattr(_peer, "local_ears_installed", lambda: False)
    async with open_peer(live=False) as peer:
        assert not peer.recognises
        assert "recognises nothing" in peer.notes[0]
        async with Session(client=peer.client) as session:
            await session.wait_ready()
    with pytest.raises(ConfigError, match=r"realtime-voice\[local\]"):
        async with open_peer(live=False, must_recognise=True):
            pass


@pytest.mark.skipif(not local_ears_installed(), reason="needs the extra 'local'")
async def test_with_ears_they_listen() -> None:
    """And the roughness of their dictation is told."""
    async with open_peer(live=False, must_recognise=True) as peer:
        assert peer.recognises
        assert "rough" in peer.notes[0]
