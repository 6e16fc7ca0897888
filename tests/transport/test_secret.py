"""A secret stays one."""

import copy
import pickle
import traceback

import pytest

from realtime_voice.errors import ConfigError
from realtime_voice.transport._secret import Secret, redacted

KEY = "sk-canary-0123456789"


def test_only_reveal_gives_the_value_out() -> None:
    """No text form of it holds any part of the value."""
    secret = Secret(f" {KEY}\n")
    assert secret.reveal() == KEY
    for text in (repr(secret), str(secret), f"{secret}", f"{secret!r:>30}", "%s" % secret):  # noqa: UP031
        assert KEY[:6] not in text


def test_it_cannot_be_copied_out() -> None:
    """Neither pickle nor copy takes it along, and it has no ``__dict__``."""
    secret = Secret(KEY)
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy, vars):
        with pytest.raises(TypeError):
            attempt(secret)


def test_a_traceback_with_locals_does_not_show_it() -> None:
    """Tools that print local variables print nothing of it."""

    def fail(secret: Secret) -> None:
        raise RuntimeError(type(secret).__name__)

    try:
        fail(Secret(KEY))
    except RuntimeError as exc:
        shown = "".join(
            traceback.TracebackException.from_exception(exc, capture_locals=True).format()
        )
    assert "Secret(***)" in shown
    # Only this test's own module constant may show.
    assert KEY not in shown


@pytest.mark.parametrize(
    "value", ["", "  \n", "sk-\x00canary", "sk-canary\nX-Evil: 1", "sk-cänary"]
)
def test_values_that_no_header_can_hold_are_refused_unseen(value: str) -> None:
    """The message names the option and quotes nothing."""
    with pytest.raises(ConfigError) as caught:
        Secret(value, name="OPENAI_API_KEY")
    assert "OPENAI_API_KEY" in str(caught.value)
    assert "nary" not in str(caught.value)
    assert caught.value.field == "OPENAI_API_KEY"


def test_words_of_a_peer_are_cleared_of_what_was_sent() -> None:
    """Whole headers and the credential alone; short words stay, or texts would be garbled."""
    secrets = [Secret("Bearer sk-canary"), Secret("abc")]
    assert (
        redacted("you sent Bearer sk-canary: sk-canary? abc", secrets) == "you sent ***: ***? abc"
    )
