"""Broken input, made at random from a seed, for everything that reads what a server sends."""
