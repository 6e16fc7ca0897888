"""Tests of the session configuration."""
