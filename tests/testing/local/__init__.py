"""Tests of the brain with real ears and a real voice."""
