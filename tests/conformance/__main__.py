"""`make conformance`: upstream's end-to-end tests against a lab of our own.

Tests that may run beside others run side by side, those marked [Serial] one after the other. Each test's result is kept
in results.json, and docs/conformance.md is written from it. Exit 1 when a chosen test did not pass, or was not come to.
"""

import argparse
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from provisioner.images import noderoot, unpacked
from provisioner.images.e2e import E2E_IMAGES
from provisioner.toolchain import tools
from provisioner.toolchain.progress import progress_on_stderr
from tests.conformance import page
from tests.conformance.results import Result, keep, load, missing
from tests.conformance.run import run
from tests.conformance.selection import NAMES, Selection, exclusions, known_names, listed, selection

_TOOLS = ("e2e", "ginkgo", "agnhost", "kubectl")
_WRONG_INPUT = 2


def main() -> int:
    """Run the module as a command."""
    options = _options()
    chosen = selection(known_names(), exclusions())
    wanted = [test for test in chosen.chosen if re.search(options.focus, test)]
    if options.rest:
        done = {name for name, result in load().items() if result.outcome != "failed"}
        wanted = [test for test in wanted if test not in done]
    if options.list:
        _print_list(chosen, wanted)
        return 0
    with progress_on_stderr() as progress:
        tools.ensure(_TOOLS, progress)
        noderoot.ensure(progress)
        unpacked.ensure(progress, E2E_IMAGES)
    if (names := _upstream_names()) != known_names():
        NAMES.write_text("\n".join(names) + "\n")
        sys.stderr.write(f"{NAMES} was not of this version; it is now. Look at the difference, then run it again.\n")
        return _WRONG_INPUT
    for each in (signal.SIGINT, signal.SIGTERM):  # whoever ends it, the lab goes with it
        signal.signal(each, signal.default_int_handler)
    begun = time.monotonic()
    results: dict[str, Result] = {}
    for batch in run(wanted, procs=options.procs, until=begun + options.minutes * 60):
        results.update(batch)
        keep(batch)
        page.main()
        _tell(batch)
    return _report(wanted, results, time.monotonic() - begun)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__)
    parser.add_argument("--procs", type=int, default=4, help="tests side by side")
    parser.add_argument("--minutes", type=float, default=240.0, help="tests that are not over by then are not run")
    parser.add_argument("--focus", default="", help="only tests whose name matches this regular expression")
    parser.add_argument("--rest", action="store_true", help="only tests that failed, or were never run")
    parser.add_argument("--list", action="store_true", help="print what would be run and what not, and why")
    return parser.parse_args()


def _upstream_names() -> Sequence[str]:
    done = subprocess.run([tools.path("e2e"), "-list-tests"], capture_output=True, text=True, check=True)
    return listed(done.stdout)


def _print_list(chosen: Selection, wanted: Sequence[str]) -> None:
    for test in wanted:
        sys.stdout.write(f"run      {test}\n")
    for test, rule in chosen.excluded.items():
        sys.stdout.write(f"not run  {test}: {rule.reason}\n")


def _tell(batch: Mapping[str, Result]) -> None:
    for each in batch.values():
        if each.outcome == "failed":
            sys.stderr.write(f"FAILED {each.name}\n       {each.reason}\n")
    passed = sum(each.outcome == "passed" for each in batch.values())
    sys.stderr.write(f"{passed} of {len(batch)} passed\n")


def _report(wanted: Sequence[str], results: Mapping[str, Result], seconds: float) -> int:
    unheard = missing(wanted, results)
    bad = sorted(name for name, each in results.items() if each.outcome == "failed")
    for name in bad:
        sys.stdout.write(f"FAILED  {name}: {results[name].reason}\n")
    for name in unheard:
        sys.stdout.write(f"NOT RUN {name}\n")
    skipped = sum(each.outcome == "skipped" for each in results.values())
    passed = len(results) - len(bad) - skipped
    counts = f"{passed} passed, {len(bad)} failed, {skipped} skipped, {len(unheard)} not run"
    sys.stdout.write(f"{counts}, in {seconds / 60:.0f} minutes\n")
    return 1 if bad or unheard else 0


if __name__ == "__main__":
    sys.exit(main())
