"""The result of a session as a piece of a web page, for notebooks: a table, and players.

Self-contained: no script, no address outside of the page; every text is escaped. Knows only the
fields that it shows.
"""

from html import escape
from typing import TYPE_CHECKING

from realtime_voice.conversation import Turn
from realtime_voice.session._kept import KeptAudio
from realtime_voice.session._usage_text import count, describe_usage

if TYPE_CHECKING:
    from realtime_voice.session._result import SessionResult

__all__ = ["result_html"]

_STYLE = (
    "border-collapse:collapse;width:100%;font-family:system-ui,sans-serif;font-size:14px;"
    "text-align:left"
)
_CELL = "padding:6px 10px;border-bottom:1px solid rgba(128,128,128,.35);vertical-align:top"
_SOFT = "opacity:.65"


def result_html(result: "SessionResult") -> str:
    """Write a result as HTML.

    Args:
        result: What to show.

    Returns:
        One ``div``.
    """
    rows = "".join(_row(result, turn) for turn in result.turns)
    head = "".join(
        f'<th scope="col" style="{_CELL}">{title}</th>'
        for title in ("#", "User", "Assistant", "Latency")
    )
    fault = f" &mdash; {escape(str(result.error))}" if result.error is not None else ""
    ending = escape(result.end_reason.replace("_", " ")) + fault
    return (
        f'<div class="realtime-voice-result"><p><b>Session of {result.duration_s:.1f} s</b>, '
        f'{count(len(result.turns), "turn")}: {ending}</p><table style="{_STYLE}">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{_usage(result)}</div>"
    )


def _row(result: "SessionResult", turn: Turn) -> str:
    latency = turn.timing.latency_ms
    cells = (
        str(turn.index + 1),
        _user(turn) + _player(result.user_audio_of(turn), f"User, turn {turn.index + 1}"),
        _assistant(turn)
        + _player(result.assistant_audio_of(turn), f"Assistant, turn {turn.index + 1}"),
        "&ndash;" if latency is None else f"{latency:.0f}&nbsp;ms",
    )
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _user(turn: Turn) -> str:
    user = turn.user
    if user is None:
        return f'<span style="{_SOFT}">&ndash;</span>'
    if user.text:
        return escape(user.text)
    note = user.status.replace("_", " ") + (f": {user.error}" if user.error else "")
    return f'<span style="{_SOFT}">({escape(note)})</span>'


def _assistant(turn: Turn) -> str:
    calls = "".join(
        f'<div style="{_SOFT}">tool: {escape(call.name)}</div>' for call in turn.tool_calls
    )
    assistant = turn.assistant
    if assistant is None:
        return calls or f'<span style="{_SOFT}">&ndash;</span>'
    heard = assistant.heard
    if heard.interrupted:
        said = f"{escape(heard.text)}<del style='{_SOFT}'>{escape(heard.unheard)}</del>"
    else:
        said = escape(assistant.text)
    if assistant.error:
        said += f' <span style="{_SOFT}">({escape(assistant.error)})</span>'
    return calls + said


def _player(audio: KeptAudio | None, label: str) -> str:
    if audio is None:
        return ""
    return (
        f'<div><audio controls preload="none" aria-label="{escape(label)}" '
        f'style="height:32px;max-width:260px" src="{audio.to_data_uri()}"></audio></div>'
    )


def _usage(result: "SessionResult") -> str:
    shown = describe_usage(result.usage)
    return f'<p style="{_SOFT}">used: {escape(shown)}</p>' if shown else ""
