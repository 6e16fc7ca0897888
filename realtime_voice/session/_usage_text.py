"""What a session cost, as one line for people; knows the names of the totals and nothing else."""

from collections.abc import Mapping

__all__ = ["count", "describe_usage"]

_KINDS = ("text", "audio", "image")


def count(number: int, noun: str) -> str:
    """A number with its noun, in the singular where it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def describe_usage(usage: Mapping[str, float]) -> str:
    """Tell what was used, by direction and kind; empty where nothing was.

    Args:
        usage: Totals by name, as in :attr:`.SessionResult.usage`.
    """
    parts = [_direction(usage, "input", "in"), _direction(usage, "output", "out")]
    if "transcription_input_tokens" in usage or "transcription_output_tokens" in usage:
        taken = round(usage.get("transcription_input_tokens", 0))
        given = round(usage.get("transcription_output_tokens", 0))
        parts.append(f"transcription {count(taken, 'token')} in, {count(given, 'token')} out")
    if "transcription_seconds" in usage:
        parts.append(f"transcription of {usage['transcription_seconds']:.1f} s")
    return "; ".join(part for part in parts if part)


def _direction(usage: Mapping[str, float], wire_name: str, name: str) -> str:
    total = round(usage.get(f"{wire_name}_tokens", 0))
    if not total:
        return ""
    kinds = [(kind, round(usage.get(f"{wire_name}_{kind}_tokens", 0))) for kind in _KINDS]
    details = [f"{number} {kind}" for kind, number in kinds if number]
    extra = "cached" if wire_name == "input" else "reasoning"
    number = round(usage.get(f"{extra}_tokens", 0))
    if number:
        details.append(f"{number} of them {extra}")
    return f"{count(total, 'token')} {name}" + (f" ({', '.join(details)})" if details else "")
