"""The mark for "not said": what is UNSET is left out of the wire object.

Three things differ on the wire and must differ here: a field that is left out (the server keeps
what it has), a field that is ``null`` (None: switched off), and an empty value (cleared).
"""

from enum import Enum
from typing import Final, Literal

__all__ = ["UNSET", "Unset"]


class Unset(Enum):
    """The type of :data:`UNSET`; an enumeration so that ``x is UNSET`` narrows a type."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    __str__ = __repr__


UNSET: Final = Unset.UNSET
"""Not given: the field is left out, so that the server keeps what it has."""
