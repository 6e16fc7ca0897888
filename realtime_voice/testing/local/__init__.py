"""Real ears, a real voice and a small dialogue on this machine; human test speech."""

from realtime_voice.testing.local._local import Local, Reply

__all__ = ["Local", "Reply"]
