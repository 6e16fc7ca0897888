"""The mark for what is not said."""

import copy
import pickle

from realtime_voice.config import UNSET, Unset


def test_it_is_false_and_says_its_name() -> None:
    """UNSET counts as nothing in a condition, and shows as its name."""
    assert not UNSET
    assert repr(UNSET) == str(UNSET) == "UNSET"
    assert f"{UNSET}" == "UNSET"


def test_there_is_only_one() -> None:
    """Copies and pickles of UNSET are UNSET itself, so ``is`` always works."""
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET  # noqa: S301 - our own bytes
    assert copy.deepcopy(UNSET) is UNSET
    assert isinstance(UNSET, Unset)
    assert list(Unset) == [UNSET]
