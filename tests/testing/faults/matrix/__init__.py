"""Tests of the fault matrix's runner; its rows are tests themselves."""
