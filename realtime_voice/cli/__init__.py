"""The ``realtime-voice`` command: a demo, transcripts of files, and a local server.

Everything here may import everything else of the package; nothing may import it.
"""

from realtime_voice.cli._main import main

__all__ = ["main"]
