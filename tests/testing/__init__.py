"""The embedded local server."""
