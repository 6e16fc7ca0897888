"""Conformance of the link: what others, chance and a bad network say about it."""
