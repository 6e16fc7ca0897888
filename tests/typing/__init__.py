"""The public surface, for the type checkers."""
