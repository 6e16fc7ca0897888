"""Tests of the faults of the local server, and of the chaos proxy."""
