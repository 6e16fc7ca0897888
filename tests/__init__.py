"""The tests of realtime_voice; they mirror the package file for file."""
