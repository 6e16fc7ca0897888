"""A value that must never be shown: not in a repr, a log line, a pickle or a formatted string.

Knows nothing of what the value is for.
"""

from collections.abc import Callable, Iterable
from typing import NoReturn, final

from realtime_voice.errors import ConfigError

__all__ = ["Secret", "redacted"]

_SHORTEST = 6
"""Shorter words than this are no credentials, and taking them out would garble the text."""


@final
class Secret:
    """Holds a credential out of sight.

    The value lives in a closure, so that neither ``vars()``, a debugger's list of locals nor a
    traceback that prints locals shows it. Only :meth:`reveal` gives it out, and only the code that
    writes the header calls that.

    Args:
        value: The credential; surrounding white space is cut off, because a newline at the end of
            an environment variable is a common accident.
        name: What it is called in error messages.

    Raises:
        ConfigError: The value is empty or holds characters that no HTTP header may hold. The
            message does not quote it.
    """

    __slots__ = ("_reveal",)

    def __init__(self, value: str, *, name: str = "api_key") -> None:
        cleaned = value.strip()
        problem = ""
        if not cleaned:
            problem = "is empty"
        elif not (cleaned.isascii() and cleaned.isprintable()):
            problem = (
                "holds control or non-ASCII characters and cannot go into an HTTP header; was "
                "something pasted along with it?"
            )
        if problem:
            value = cleaned = ""  # A traceback may show locals.
            raise ConfigError(f"{name} {problem}", field=name)

        def reveal() -> str:
            return cleaned

        self._reveal: Callable[[], str] = reveal

    def reveal(self) -> str:
        """Return the value; keep the result in no variable that lives on."""
        return self._reveal()

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")


def redacted(text: str, secrets: Iterable[Secret]) -> str:
    """Take credentials out of what a peer said: some echo what they were sent.

    Args:
        text: Words of the peer.
        secrets: What must not show, whole or without a scheme such as ``Bearer``.

    Returns:
        The text, with ``***`` in their places.
    """
    for secret in secrets:
        for word in (secret.reveal(), secret.reveal().rpartition(" ")[2]):
            if len(word) >= _SHORTEST:
                text = text.replace(word, "***")
        word = ""  # A traceback may show locals.
    return text
