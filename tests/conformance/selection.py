"""Which of upstream's end-to-end tests are run against a lab, and why the others are not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

EXCLUDED = Path(__file__).with_name("excluded.yaml")
NAMES = Path(__file__).with_name("names.txt")
WANTED = re.compile(r"\[Conformance\]|^\[sig-network\] Netpol ")
"""What every distribution of Kubernetes must pass, and the tests of NetworkPolicy, which are no part of it."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Tests that are not run."""

    pattern: str
    reason: str

    def matches(self, test: str) -> bool:
        """Whether the test is one of them."""
        return re.search(self.pattern, test) is not None


@dataclass(frozen=True, slots=True)
class Selection:
    """What is run, and what is not, by the exclusion that says why."""

    chosen: Sequence[str]
    excluded: Mapping[str, Exclusion]
    useless: Sequence[Exclusion]
    """Exclusions that match no test: upstream renamed or removed it."""


def exclusions(path: Path = EXCLUDED) -> Sequence[Exclusion]:
    """The list in the file."""
    return [Exclusion(each["pattern"], " ".join(each["reason"].split())) for each in yaml.safe_load(path.read_text())]


def known_names(path: Path = NAMES) -> Sequence[str]:
    """Full names of upstream's tests that are wanted at all, in the pinned version, as they were last listed."""
    return path.read_text().splitlines()


def listed(output: str) -> Sequence[str]:
    """The wanted tests in what `e2e.test -list-tests` printed: full names, sorted."""
    lines = (re.match(r"\s+\S+\.go:\d+: (.*)", line) for line in output.splitlines())
    names = {found[1].strip() for found in lines if found}
    return sorted(name for name in names if WANTED.search(name))


def selection(tests: Sequence[str], excluded: Sequence[Exclusion]) -> Selection:
    """Sort wanted tests into those to run and those not to; of several exclusions the first says why."""
    out = {test: rule for test in tests for rule in reversed(excluded) if rule.matches(test)}
    used = set(out.values())
    return Selection(
        chosen=[test for test in tests if test not in out],
        excluded=out,
        useless=[rule for rule in excluded if rule not in used],
    )
