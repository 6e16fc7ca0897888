"""Writes the results of a run as Markdown: the goals first, then one table for each step."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from benchmarks.adapters import FLOOR, OURS, TWIN, YARDSTICK, bare
from benchmarks.goals import verdicts
from benchmarks.results import Results
from benchmarks.stats import middle

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
NOISE = (
    ("single", "burst_cpu_us", "burst, CPU an event"),
    ("single", "append_20_cpu_us", "append of 20 ms, CPU"),
    ("single", "append_100_cpu_us", "append of 100 ms, CPU"),
    ("single", "connect_cpu_ms", "connect, CPU"),
    ("single", "latency_p50_us", "latency, median"),
    ("single", "barge_in_behind_p50_us", "barge-in behind sound, median"),
)


@attrs.frozen
class Column:
    """One column of a table."""

    title: str
    key: str
    """Name of the value in the results."""
    form: str = ".1f"
    """How it is written."""


SINGLE = (
    Column("burst µs", "burst_cpu_us"),
    Column("append 20 ms µs", "append_20_cpu_us"),
    Column("append 100 ms µs", "append_100_cpu_us"),
    Column("connect ms", "connect_ms"),
    Column("connect CPU ms", "connect_cpu_ms"),
    Column("latency p50 µs", "latency_p50_us", ",.0f"),
    Column("p99 µs", "latency_p99_us", ",.0f"),
)
BARGE_IN = (
    Column("quiet p50 µs", "barge_in_quiet_p50_us", ",.0f"),
    Column("p99 µs", "barge_in_quiet_p99_us", ",.0f"),
    Column("behind 9 s p50 µs", "barge_in_behind_p50_us", ",.0f"),
    Column("p99 µs", "barge_in_behind_p99_us", ",.0f"),
    Column("not answered", "barge_in_quiet_lost", ".0f"),
)
PACED = (
    Column("sessions a core", "sessions_per_core", ",.0f"),
    Column("CPU ms a session-second", "cpu_ms_per_session_s", ".2f"),
    Column("sends on time", "sends_on_time", ".0%"),
    Column("latency p50 µs", "paced_latency_p50_us", ",.0f"),
    Column("p99 µs", "paced_latency_p99_us", ",.0f"),
    Column("private kB idle", "private_idle_kb", ",.0f"),
    Column("private kB active", "private_active_kb", ",.0f"),
)
REACTION = (
    Column("quiet p50 µs", "reaction_quiet_p50_us", ",.0f"),
    Column("p99 µs", "reaction_quiet_p99_us", ",.0f"),
    Column("CPU p99 µs", "reaction_quiet_cpu_p99_us", ",.0f"),
    Column("with 9 s queued p50 µs", "reaction_queued_p50_us", ",.0f"),
    Column("p99 µs", "reaction_queued_p99_us", ",.0f"),
    Column("CPU p99 µs", "reaction_queued_cpu_p99_us", ",.0f"),
)
HOLDING = (
    Column("1 MiB of sound ms", "held_1mib_sound_ms"),
    Column("1 MiB of text ms", "held_1mib_text_ms"),
    Column("20 MB of sound ms", "held_20mb_sound_ms"),
    Column("20 MB of text ms", "held_20mb_text_ms"),
)
IMPORTS = (
    Column("wall ms", "import_ms", ",.0f"),
    Column("CPU ms", "import_cpu_ms", ",.0f"),
    Column("resident MB", "import_resident_mb"),
    Column("modules", "import_modules", ",.0f"),
)
FIRST = (
    Column("import and first session, wall ms", "first_session_ms", ",.0f"),
    Column("CPU ms", "first_session_cpu_ms", ",.0f"),
)


@attrs.frozen(kw_only=True)
class Table:
    """One table: a step, or some columns of it."""

    title: str
    text: str
    step: str
    columns: tuple[Column, ...]
    order: str
    """Key to sort by, the least first."""
    compared: bool = True
    """Add what it is of openai-python and of the floor, by the first column."""
    more_is_better: bool = False
    """Of the first column."""


TABLES = (
    Table(
        title="One session over TLS",
        text="CPU of the client: of an event of a burst, of an append, of a connect up to "
        "`session.created`; latency from the server's write to the user's code.",
        step="single",
        columns=SINGLE,
        order="burst_cpu_us",
    ),
    Table(
        title="Barge-in over TLS",
        text="From the server's `speech_started` to the truncate's arrival at the server, both "
        "ways through the network; behind one piece of sound, and behind 60 (9 s).",
        step="single",
        columns=BARGE_IN,
        order="barge_in_behind_p50_us",
        compared=False,
    ),
    Table(
        title="50 sessions over TLS",
        text="Sound both ways at the pace of speech, appends of 20 ms. Who does not send on time "
        "does less work: its figures are then a bound.",
        step="paced_50",
        columns=PACED,
        order="cpu_ms_per_session_s",
        more_is_better=True,
    ),
    Table(
        title="200 sessions over TLS",
        text="The same.",
        step="paced_200",
        columns=PACED,
        order="cpu_ms_per_session_s",
        more_is_better=True,
    ),
    Table(
        title="50 sessions without TLS",
        text="The same.",
        step="paced_50_plain",
        columns=PACED,
        order="cpu_ms_per_session_s",
        more_is_better=True,
    ),
    Table(
        title="One session without TLS",
        text="",
        step="single_plain",
        columns=SINGLE[:5],
        order="burst_cpu_us",
    ),
    Table(
        title="Our own time to a truncate",
        text="From the frame with `speech_started` in the session's hands to the truncate in the "
        "transport's.",
        step="reaction",
        columns=REACTION,
        order="reaction_quiet_p50_us",
        compared=False,
    ),
    Table(
        title="How long one message holds the event loop",
        text="The longest lap of the loop around it, over TLS.",
        step="holding",
        columns=HOLDING,
        order="held_20mb_text_ms",
        compared=False,
    ),
    Table(
        title="Import",
        text="In a fresh interpreter; byte code cached.",
        step="imports",
        columns=IMPORTS,
        order="import_ms",
        compared=False,
    ),
    Table(
        title="From nothing to the first session",
        text="Import, client and first connect over TLS in a process that has just begun.",
        step="single",
        columns=FIRST,
        order="first_session_ms",
        compared=False,
    ),
)


def render(found: dict[str, Any]) -> str:
    """The whole report."""
    results = Results(found)
    parts = [_head(found), _goals(results)]
    if "decode" in found:
        parts.append(_decode(found["decode"]))
    parts += [_table(results, table) for table in TABLES if results.names(table.step)]
    parts.append(_noise(results))
    if errors := results.errors():
        parts.append("### What went wrong\n\n" + "\n".join(f"- {error}" for error in errors))
    return "\n\n".join(part for part in parts if part) + "\n"


def write(table: str, page: Path) -> None:
    """Put the report between the marks of a page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{after}", encoding="utf-8")


def _head(found: dict[str, Any]) -> str:
    kind = "A quick run" if found["quick"] else "A full run"
    loads = found["load_at_start"][0], found.get("load_at_end", [math.nan])[0]
    machine = (
        f"{kind} of {found.get('minutes', 0):g} minutes, {found['date'][:10]}: "
        f"{found['processor']}, {found['processors']} processors, {found['system']}, Python "
        f"{found['python']}; load {loads[0]:.1f} at the start and {loads[1]:.1f} at the end."
    )
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    lines = [machine, f"{versions}."]
    speeds = [row["calibration_us"] for row in found["rows"] if "calibration_us" in row]
    if speeds:
        lines.append(
            f"The same piece of Python, run at the start of every process, took "
            f"{middle(speeds):.0f} µs ({min(speeds):.0f} to {max(speeds):.0f}): where the range is "
            "wide, other work shared the machine, and only ratios mean something."
        )
    lines += [f"Left out: {name} ({why})." for name, why in found.get("left_out", {}).items()]
    return "\n\n".join(lines)


def _goals(results: Results) -> str:
    words = {True: "reached", False: "**behind**", None: "not measured"}
    rows = [(one.goal, one.measured, words[one.reached]) for one in verdicts(results)]
    return "### The goals\n\n" + _markdown(("goal", "measured", ""), rows, numbers=False)


def _decode(found: dict[str, Any]) -> str:
    kinds = list(found["microseconds"])
    head = ["contestant", "times openai-python", *(f"{kind} µs" for kind in kinds)]
    times = found["microseconds"]
    rows = []
    for name in sorted(times["mix"], key=times["mix"].__getitem__):
        ratio = found["times_as_fast"].get(name)
        cells = [_named(name), _range(ratio) if ratio else ""]
        rows.append([*cells, *(f"{times[kind][name]:.2f}" for kind in kinds)])
    text = (
        f"Bytes of a frame to an event, sound decoded: µs of CPU a frame, medians of "
        f"{found['rounds']} rounds. The mix is 60 % sound, 25 % words and 15 % others; its mean "
        f"frame has {found['mean_frame_bytes']:,} bytes."
    )
    left_out = "".join(f"\n\nLeft out: {name} ({why})." for name, why in found["left_out"].items())
    return f"### Decode\n\n{text}\n\n{_markdown(head, rows)}{left_out}"


def _table(results: Results, table: Table) -> str:
    step, columns = table.step, table.columns
    key = columns[0].key
    head = ["contestant"]
    if table.compared:
        head += ["times openai-python", "of raw picows"]
    head += [column.title for column in columns]
    rows = []
    for name in sorted(results.names(step), key=lambda one: _rank(results, table, one)):
        values = [results.value(step, name, column.key) for column in columns]
        if all(math.isnan(value) for value in values):
            continue
        cells = [_named(name)]
        if table.compared:
            pair = (name, YARDSTICK) if table.more_is_better else (YARDSTICK, name)
            floor = (name, FLOOR) if table.more_is_better else (FLOOR, name)
            cells.append(_range(results.ratio(step, key, *pair)))
            share = results.ratio(step, key, *floor)
            cells.append(f"{share[0]:.0%}" if share else "")
        pairs = zip(values, columns, strict=True)
        cells += ["" if math.isnan(value) else format(value, one.form) for value, one in pairs]
        rows.append(cells)
    if not rows:
        return ""
    text = f"{table.text}\n\n" if table.text else ""
    return f"### {table.title}\n\n{text}{_markdown(head, rows)}"


def _rank(results: Results, table: Table, name: str) -> float:
    value = results.value(table.step, name, table.order)
    return math.inf if math.isnan(value) else value


def _noise(results: Results) -> str:
    rows = []
    for step, key, title in NOISE:
        found = results.ratio(step, key, TWIN, YARDSTICK)
        if found is not None:
            rows.append([title, *(f"{value:.2f}" for value in found)])
    if not rows:
        return ""
    text = f"`{TWIN}` over `{YARDSTICK}`: the same contestant twice; what differs from 1 is noise."
    return f"### Noise\n\n{text}\n\n" + _markdown(("measure", "median", "least", "most"), rows)


def _named(name: str) -> str:
    return f"**{name}**" if bare(name) == OURS else name


def _range(found: Sequence[float] | None) -> str:
    return f"{found[0]:.2f} ({found[1]:.2f} to {found[2]:.2f})" if found else ""


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    rule = "|---" + ("|---:" if numbers else "|---") * (len(head) - 1) + "|"
    lines = ["| " + " | ".join(head) + " |", rule]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
