"""Tests of the synthetic voice."""
