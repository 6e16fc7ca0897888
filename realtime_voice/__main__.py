"""``python -m realtime_voice`` is the ``realtime-voice`` command."""

import sys

from realtime_voice.cli import main

if __name__ == "__main__":
    sys.exit(main())
