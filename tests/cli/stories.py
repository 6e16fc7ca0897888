"""A small conversation for tests that tell one."""

import numpy as np

from realtime_voice.cli._story import Credit, Exchange, Story, Track

RATE = 24_000


def noise(*spans_ms: tuple[float, float], duration_ms: float) -> Track:
    """A track that is loud in some spans and silent elsewhere."""
    random = np.random.default_rng(7)
    samples = np.zeros(round(duration_ms * RATE / 1000), np.int16)
    for start, end in spans_ms:
        first, last = round(start * RATE / 1000), round(end * RATE / 1000)
        samples[first:last] = random.integers(-9000, 9000, last - first)
    return Track(samples=samples, rate=RATE)


def exchange(number: int = 1, **changes: object) -> Exchange:
    """An exchange in which one word is wrong."""
    start = (number - 1) * 4000.0
    values: dict[str, object] = {
        "number": number,
        "name": f"cards/{number}",
        "said": "five of clubs",
        "said_start_ms": start + 500,
        "said_end_ms": start + 1500,
        "transcript": "five of quotes",
        "transcript_problem": None,
        "answer": "I heard: five of quotes.",
        "answer_start_ms": start + 2000,
        "answer_end_ms": start + 3500,
        "answer_problem": None,
        "server_latency_ms": 40.0,
    }
    return Exchange(**{**values, **changes})  # type: ignore[arg-type]  # values are of many types


def story(*rows: Exchange, **changes: object) -> Story:
    """A conversation of some exchanges."""
    rows = rows or (exchange(1), exchange(2))
    duration = max(row.number for row in rows) * 4000.0
    user = [(row.said_start_ms, row.said_end_ms) for row in rows]
    agent = [
        (row.answer_start_ms, row.answer_end_ms)
        for row in rows
        if row.answer_start_ms is not None and row.answer_end_ms is not None
    ]
    values: dict[str, object] = {
        "where": "local server",
        "notes": ("dictation is rough",),
        "facts": (("Model", "gpt-realtime-2.1"),),
        "exchanges": rows,
        "user": noise(*user, duration_ms=duration),
        "agent": noise(*agent, duration_ms=duration),
        "credits": (Credit(name="cards/1", source="somewhere", licence="public domain"),),
        "licence_text": "You may do as you like.",
    }
    return Story(**{**values, **changes})  # type: ignore[arg-type]  # values are of many types
