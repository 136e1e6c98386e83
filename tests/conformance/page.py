"""docs/conformance.md: what upstream's tests said of a lab, which are not run, and why.

`python -m tests.conformance.page` writes it from the kept results; a test says when it is not current.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from provisioner.toolchain.table import tool
from tests.conformance.results import Result, load, missing
from tests.conformance.run import NODES
from tests.conformance.selection import Selection, exclusions, known_names, selection

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"


def render(chosen: Selection, results: Mapping[str, Result], *, version: str) -> str:
    """The page in Markdown."""
    return "\n".join(_lines(chosen, results, version)) + "\n"


def _lines(chosen: Selection, results: Mapping[str, Result], version: str) -> Iterator[str]:
    heard = {name: results[name] for name in chosen.chosen if name in results}
    counts = Counter(result.outcome for result in heard.values())
    unheard = missing(chosen.chosen, results)
    yield "# Conformance"
    yield ""
    yield f"Upstream's end-to-end tests of Kubernetes {version} against a lab of {NODES} nodes: those with"
    yield "`[Conformance]`, and those of NetworkPolicy. `make conformance` runs them and writes this page; each test's"
    yield "latest result counts."
    yield ""
    yield "| tests | excluded | selected | passed | failed | skipped by the test itself | not run yet |"
    yield "|---|---|---|---|---|---|---|"
    cells = (len(chosen.chosen) + len(chosen.excluded), len(chosen.excluded), len(chosen.chosen))
    told = (counts["passed"], counts["failed"], counts["skipped"], len(unheard))
    yield f"| {' | '.join(str(each) for each in (*cells, *told))} |"
    yield ""
    for outcome, title in (("failed", "Failed"), ("skipped", "Skipped by the test itself")):
        if found := [result for result in heard.values() if result.outcome == outcome]:
            yield f"## {title}"
            yield from (f"- `{each.name}`: {_plain(each.reason)}" for each in found)
            yield ""
    if unheard:
        yield "## Not run yet"
        yield from (f"- `{name}`" for name in unheard)
        yield ""
    yield "## Excluded"
    yield from _excluded(chosen)


def _excluded(chosen: Selection) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for test, rule in chosen.excluded.items():
        by_reason.setdefault(rule.reason, []).append(test)
    for reason, tests in by_reason.items():
        yield ""
        yield f"{reason} ({len(tests)})"
        yield ""
        yield from (f"- `{test}`" for test in sorted(tests))


def _plain(text: str) -> str:
    """Text that Markdown does not take for its own."""
    return f"`{text.replace('`', chr(39))}`" if text else "no reason given"


def current() -> str:
    """The page as the kept results, the names and the exclusions have it now."""
    return render(selection(known_names(), exclusions()), load(), version=tool("e2e").version)


def main() -> None:
    """docs/conformance.md is current."""
    PAGE.write_text(current())


if __name__ == "__main__":
    main()
