"""The report's picture: both voices on one time line, with their words where they were spoken.

It turns times into places; it knows nothing of sessions.
"""

from collections.abc import Iterator, Sequence

import attrs

from realtime_voice.cli._html import Html, tag
from realtime_voice.cli._story import Exchange, Story, Track
from realtime_voice.cli._waveform import waveform

__all__ = ["timeline"]

_HEIGHT_PX = 72
_COMFORTABLE_SCALE = 72.0
_SMALLEST_SCALE = 10.0
_COMFORTABLE_WIDTH_PX = 24_000
_WIDEST_CAPTION_PX = 420
_NARROWEST_CAPTION_PX = 34
_GAP_PX = 8
_FEWEST_PX_BETWEEN_TICKS = 60
_TICKS_S = (1, 2, 5, 10, 30, 60, 300)


@attrs.frozen(kw_only=True)
class _Caption:
    """A text and the stretch of sound that it belongs to."""

    text: str
    start_ms: float
    end_ms: float
    spoken: bool = True


@attrs.frozen(kw_only=True)
class _Ruler:
    """From times to places."""

    scale: float
    """Pixels per second."""
    seconds: float
    """Length of the time line."""

    @property
    def width(self) -> int:
        """Length of the time line in pixels."""
        return round(self.seconds * self.scale)

    def place(self, milliseconds: float) -> float:
        """Pixels from the left."""
        return milliseconds / 1000 * self.scale


def timeline(story: Story) -> Html:
    """The time line: axis, the user's lane, the waits, the agent's lane; scrolls sideways."""
    seconds = max(1.0, story.duration_ms / 1000)
    scale = max(_SMALLEST_SCALE, min(_COMFORTABLE_SCALE, _COMFORTABLE_WIDTH_PX / seconds))
    ruler = _Ruler(scale=scale, seconds=seconds)
    line = tag(
        "div",
        _axis(ruler),
        _lane("you", "You", story.user, list(_user_captions(story)), ruler),
        _waits(story, ruler),
        _lane("agent", "Agent", story.agent, list(_agent_captions(story)), ruler),
        tag("div", class_="playhead", aria_hidden="true"),
        class_="timeline",
        style=f"width:{ruler.width}px",
        data_scale=f"{scale:.4f}",
    )
    return tag(
        "div",
        line,
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label="Time line of the conversation; scroll sideways",
    )


def _axis(ruler: _Ruler) -> Html:
    """Marks at round times."""
    wide = (step for step in _TICKS_S if step * ruler.scale >= _FEWEST_PX_BETWEEN_TICKS)
    marks = [
        tag("span", f"{at // 60}:{at % 60:02d}", style=f"left:{ruler.place(at * 1000):.0f}px")
        for at in range(0, int(ruler.seconds) + 1, next(wide, _TICKS_S[-1]))
    ]
    return tag("div", *marks, class_="axis", aria_hidden="true")


def _lane(side: str, name: str, track: Track, captions: Sequence[_Caption], ruler: _Ruler) -> Html:
    """One side: its waveform with its words under it."""
    spoken_s = sum(caption.end_ms - caption.start_ms for caption in captions) / 1000
    picture = waveform(
        track,
        duration_ms=ruler.seconds * 1000,
        width=ruler.width,
        height=_HEIGHT_PX,
        label=f"Waveform, {name}: {len(captions)} utterances, {spoken_s:.1f} s of speech",
    )
    ends = [caption.start_ms for caption in captions[1:]] + [ruler.seconds * 1000]
    buttons = [
        _button(caption, name, ruler, room=ruler.place(end - caption.start_ms) - _GAP_PX)
        for caption, end in zip(captions, ends, strict=False)  # no captions, but one end
    ]
    return tag(
        "div",
        tag("h3", name),
        picture,
        tag("div", *buttons, class_="captions"),
        class_=f"lane {side}",
    )


def _button(caption: _Caption, name: str, ruler: _Ruler, *, room: float) -> Html:
    """Words where they were spoken; chosen, they are played."""
    widest = max(_NARROWEST_CAPTION_PX, min(room, _WIDEST_CAPTION_PX))
    return tag(
        "button",
        tag("span", f"{name}, at {caption.start_ms / 1000:.1f} s: ", class_="vh"),
        caption.text,
        type="button",
        class_=None if caption.spoken else "none",
        style=f"margin-left:{ruler.place(caption.start_ms):.0f}px;max-width:{widest:.0f}px",
        data_from=f"{caption.start_ms / 1000:.3f}",
        data_to=f"{caption.end_ms / 1000:.3f}",
    )


def _user_captions(story: Story) -> Iterator[_Caption]:
    """The user's words as they were written down."""
    for row in story.exchanges:
        yield _Caption(
            text=row.transcript or row.transcript_problem or "nothing transcribed",
            start_ms=row.said_start_ms,
            end_ms=row.said_end_ms,
            spoken=bool(row.transcript),
        )


def _agent_captions(story: Story) -> Iterator[_Caption]:
    """The agent's words, where they were sound."""
    for row in story.exchanges:
        if row.answer_start_ms is not None and row.answer_end_ms is not None:
            yield _Caption(
                text=row.answer or row.answer_problem or "no words",
                start_ms=row.answer_start_ms,
                end_ms=row.answer_end_ms,
                spoken=bool(row.answer),
            )


def _waits(story: Story, ruler: _Ruler) -> Html:
    """How long each answer took, between the two sides."""
    marks = [part for row in story.exchanges for part in _wait(row, ruler)]
    return tag("div", *marks, class_="waits", role="group", aria_label="Response latencies")


def _wait(row: Exchange, ruler: _Ruler) -> Iterator[Html]:
    """One wait, drawn from the last word to the first sound."""
    if row.latency_ms is None or row.latency_ms < 0:
        return
    left, width = ruler.place(row.said_end_ms), ruler.place(row.latency_ms)
    yield tag("span", style=f"left:{left:.0f}px;width:{width:.0f}px", aria_hidden="true")
    yield tag("b", f"{row.latency_ms / 1000:.2f} s", style=f"left:{left:.0f}px")
