"""The command: ``python -m benchmarks run | report | try | profile``."""

import argparse
import json
from pathlib import Path

from benchmarks import plan, report
from benchmarks.adapters import OURS
from benchmarks.lab import Lab
from benchmarks.run import RESULTS, Run
from benchmarks.suites import SUITES


def _run(options: argparse.Namespace) -> None:
    only = tuple(filter(None, options.steps.split(",")))
    contestants = tuple(filter(None, options.contestants.split(",")))
    path = Run(quick=options.quick, only=only, contestants=contestants).execute()
    table = report.render(json.loads(path.read_text(encoding="utf-8")))
    path.with_suffix(".md").write_text(table, encoding="utf-8")
    print(table)
    print(f"written: {path} and the same as .md")


def _report(options: argparse.Namespace) -> None:
    path = options.results or max(RESULTS.glob("*.json"), key=lambda one: one.stat().st_mtime)
    table = report.render(json.loads(path.read_text(encoding="utf-8")))
    report.write(table, options.page)
    print(f"{path} is now in {options.page}")


def _try(options: argparse.Namespace) -> None:
    told = plan.parameters(quick=True) | {"sessions": options.sessions}
    if options.command == "profile":
        told["seconds"] = 1.0
    with Lab(RESULTS / "bytecode") as lab:
        for name in options.names:
            row = lab.run(
                name,
                options.suites,
                told,
                tls=options.tls,
                profile=options.command == "profile",
            )
            row = {k: round(v, 2) if isinstance(v, float) else v for k, v in row.items()}
            print(json.dumps(row), flush=True)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure everything; up to an hour")
    run.add_argument("--quick", action="store_true", help="rough figures in a few minutes")
    run.add_argument("--steps", default="", help="only these, with commas between")
    run.add_argument("--contestants", default="", help="only these, with commas between")
    run.set_defaults(act=_run)
    page = commands.add_parser("report", help="write the results into the docs")
    page.add_argument("--results", type=Path, help="a file of results; default: the newest")
    page.add_argument("--page", type=Path, default=report.PAGE)
    page.set_defaults(act=_report)
    for name, purpose in (
        ("try", "measure some suites of some contestants, once"),
        ("profile", "show where the time of burst or append_20 goes"),
    ):
        one = commands.add_parser(name, help=purpose)
        one.add_argument("names", nargs="*", default=[OURS])
        one.add_argument("--suites", default="burst,append_20", help=", ".join(SUITES))
        one.add_argument("--tls", action="store_true")
        one.add_argument("--sessions", type=int, default=50, help="of the suite paced")
        one.set_defaults(act=_try)
    options = parser.parse_args()
    options.act(options)


if __name__ == "__main__":
    main()
