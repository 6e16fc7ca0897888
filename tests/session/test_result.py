"""The result reads well in a terminal and in a notebook, and escapes what was said."""

from html.parser import HTMLParser

import attrs

from realtime_voice.conversation import (
    AssistantSpeech,
    Heard,
    ToolCall,
    TranscriptStatus,
    Turn,
    TurnTiming,
    UserSpeech,
)
from realtime_voice.errors import ConnectionLost
from realtime_voice.formats import PCM16_24K
from realtime_voice.session import KeptAudio, SessionResult
from realtime_voice.session._statistics import Counters

HEARD = Heard(
    text="Half of", unheard=" it", played_ms=500, generated_ms=900, interrupted=True,
    certainty="estimated",
)  # fmt: skip


def turn(index: int = 0, **changes: object) -> Turn:
    """A turn with everything in it."""
    whole = Turn(
        id=f"item_{index}",
        index=index,
        user=UserSpeech(
            text="<script>alert('x')</script>",
            status=TranscriptStatus.FINAL,
            item_ids=("u",),
            audio_start_ms=100,
            audio_end_ms=300,
        ),
        assistant=AssistantSpeech(
            text="Half of it",
            status=TranscriptStatus.INTERRUPTED,
            heard=HEARD,
            item_ids=("a", "b"),
            response_ids=("r",),
            error="content_filter & more",
        ),
        tool_calls=(ToolCall(call_id="c", name="look<up>", arguments="{}", output="{}"),),
        timing=TurnTiming(speech_stopped=1.0, first_audio=1.25),
        usage={},
        complete=True,
    )
    return attrs.evolve(whole, **changes)


def result(*turns: Turn, **changes: object) -> SessionResult:
    """A result with sound of both sides."""
    second = b"\1\0" * 24_000
    whole = SessionResult(
        turns=turns,
        usage={"input_tokens": 12},
        end_reason="source_ended",
        error=None,
        statistics=Counters(started_at=1.0, ended_at=3.5).snapshot(
            9.0, waiting_s=0, dropped_s=0, values_dropped=0
        ),
        session_id="sess",
        user_audio=KeptAudio(format=PCM16_24K, data=second),
        assistant_audio=KeptAudio(format=PCM16_24K, data=second),
        places={"a": (0.0, 400.0), "b": (400.0, 600.0)},
    )
    return attrs.evolve(whole, **changes)


def bare(**changes: object) -> Turn:
    """A turn with little in it."""
    changes = {"user": None, "assistant": None, "tool_calls": (), "timing": TurnTiming(), **changes}
    return turn(1, **changes)


def test_the_text_form() -> None:
    """Both sides of each turn, what was not heard, what is incomplete, and the cost."""
    silent = attrs.evolve(turn().user, text="", status=TranscriptStatus.NO_SPEECH)  # type: ignore[arg-type]
    spoken = attrs.evolve(HEARD, interrupted=False)
    wordless = attrs.evolve(turn().assistant, text="", heard=spoken)  # type: ignore[arg-type]
    text = str(
        result(
            turn(),
            bare(user=silent, assistant=wordless, complete=False, incomplete_reason="no answer"),
        )
    )
    assert text.splitlines() == [
        "Session of 2.5 s, 2 turns: source ended",
        "  user:      <script>alert('x')</script>",
        "  tool:      look<up>",
        "  assistant: Half of [interrupted, not heard: it]",
        "  user:      (no speech)",
        "  assistant: (content_filter & more)",
        "             (incomplete: no answer)",
        "  used:      12 tokens in",
    ]
    failed = result(end_reason="connection_lost", error=ConnectionLost("cable"), usage={})
    assert str(failed) == "Session of 2.5 s, 0 turns: connection lost (cable)"


class Page(HTMLParser):
    """Tags and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_notebook_form() -> None:
    """A table with players and no script; nothing is loaded from anywhere."""
    failed = attrs.evolve(turn().user, text="", status=TranscriptStatus.FAILED, error="a<b")  # type: ignore[arg-type]
    whole = result(
        turn(), bare(), bare(user=failed, tool_calls=turn().tool_calls), error=ConnectionLost("<b>")
    )
    page = Page()
    page.feed(whole._repr_html_())
    names = [name for name, _ in page.tags]
    assert "script" not in names
    assert "b" not in names[names.index("table") :]
    assert "<script>alert('x')</script>" in page.text
    assert "(failed: a<b)" in page.text
    assert "250\xa0ms" in page.text
    assert "used: 12 tokens in" in page.text
    players = [attributes for name, attributes in page.tags if name == "audio"]
    assert len(players) == 3
    assert all(str(one["src"]).startswith("data:audio/wav;base64,") for one in players)
    assert all(one["aria-label"] for one in players)
    page = Page()
    page.feed(result(usage={})._repr_html_())
    assert "tokens" not in page.text


def test_the_sound_of_a_turn() -> None:
    """Cut out of the whole; None where there is none."""
    whole = result(turn())
    user, assistant = whole.user_audio_of(turn()), whole.assistant_audio_of(turn())
    assert user is not None
    assert (user.start_s, user.duration_s) == (0.1, 0.2)
    assert assistant is not None
    assert assistant.duration_s == 0.6
    assert whole.user_audio_of(bare()) is None
    assert whole.assistant_audio_of(bare()) is None
    typed = attrs.evolve(turn().user, audio_start_ms=None)  # type: ignore[arg-type]
    assert whole.user_audio_of(bare(user=typed)) is None
    late = attrs.evolve(turn().user, audio_start_ms=5_000, audio_end_ms=6_000)  # type: ignore[arg-type]
    assert whole.user_audio_of(bare(user=late)) is None
    unknown = attrs.evolve(turn().assistant, item_ids=("zzz",))  # type: ignore[arg-type]
    assert whole.assistant_audio_of(bare(assistant=unknown)) is None
    silent = result(turn(), user_audio=None, assistant_audio=None)
    assert (silent.user_audio_of(turn()), silent.assistant_audio_of(turn())) == (None, None)
