"""The version, in one place; hatchling and the package root read it."""

__version__ = "0.1.0"
