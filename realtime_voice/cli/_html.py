"""HTML that cannot be broken by the texts put into it: every plain string is escaped.

Only what :func:`tag` returns passes unescaped into another tag. This module knows nothing of what
the page is about.
"""

import html
import re

__all__ = ["Html", "join", "tag"]

_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta"})
_NOT_ALLOWED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, /, *children: str | None, **attributes: str | float | None) -> Html:
    """One element with its children.

    Args:
        name: Name of the element.
        children: Markup as it is; plain text escaped; None left out.
        attributes: Values are escaped; None leaves the attribute out, an empty string gives a
            bare one. ``class_`` is written ``class``, and other underscores become hyphens.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + (f'="{_escaped(str(value))}"' if value != "" else "")
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*parts: str | None) -> Html:
    """Several pieces one after the other, plain text escaped."""
    return Html("".join(_safe(part) for part in parts if part is not None))


def _safe(part: str) -> str:
    """Markup as it is, text escaped."""
    return part if isinstance(part, Html) else _escaped(part)


def _escaped(text: str) -> str:
    """Text that has no meaning to a parser, without characters that HTML forbids."""
    return html.escape(_NOT_ALLOWED.sub("\ufffd", text), quote=True)
