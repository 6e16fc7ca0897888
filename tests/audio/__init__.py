"""Tests of ``realtime_voice.audio``."""
