"""Tests of captions and of comparing texts."""
