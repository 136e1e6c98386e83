"""What `make conformance` chooses, how it reads results, and that its lists and its page cannot drift."""

import re
from pathlib import Path

import pytest

from tests.conformance import page
from tests.conformance.results import RESULTS, Result, keep, load, missing, read
from tests.conformance.run import phases
from tests.conformance.selection import Exclusion, Selection, exclusions, known_names, listed, selection

LISTING = """The following spec names can be used with 'ginkgo run --focus/skip':
    k8s.io/kubernetes@v1.35.4/test/e2e/apps/job.go:12: [sig-apps] Job should end [Conformance]
    k8s.io/kubernetes@v1.35.4/test/e2e/apps/job.go:99: [sig-apps] Job should be fast [Slow]
    k8s.io/kubernetes@v1.35.4/test/e2e/network/netpol/x.go:5: [sig-network] Netpol API should [Feature:NetworkPolicy]
    k8s.io/kubernetes@v1.35.4/test/e2e/apps/job.go:12: [sig-apps] Job should end [Conformance]

"""
REPORT = """<?xml version="1.0"?><testsuites><testsuite name="Kubernetes e2e suite">
<testcase name="[SynchronizedBeforeSuite]" status="passed" time="1"/>
<testcase name="[It] a [Conformance] [sig-apps, Conformance]" status="passed" time="1.26"/>
<testcase name="[It] b [x] [sig-apps]" status="failed" time="2"><failure message="at 0xc000123456&#10;no"/></testcase>
<testcase name="[It] c [sig-apps]" status="skipped" time="0"><skipped message="skipped"/></testcase>
<testcase name="[It] d [sig-apps]" status="skipped" time="3"><skipped message="skipped - needs a cloud"/></testcase>
<testcase name="[It] e [sig-apps]" status="timedout" time="9"><failure message="too long"/></testcase>
<testcase name="[It] f [sig-apps]" status="interrupted" time="9"><failure message="the end"/></testcase>
<testcase name="[It] h [sig-apps]" status="timedout"><failure message="A suite timeout occurred"/></testcase>
<testcase name="[It] g [sig-apps]" status="panicked" time="9"><error message="oh"/></testcase>
</testsuite></testsuites>"""


def test_conformance_and_network_policy_are_wanted_each_once() -> None:
    assert listed(LISTING) == [
        "[sig-apps] Job should end [Conformance]",
        "[sig-network] Netpol API should [Feature:NetworkPolicy]",
    ]


def test_the_first_exclusion_says_why_and_useless_ones_are_told() -> None:
    first, second, none = Exclusion("^a", "first"), Exclusion("a b", "second"), Exclusion("z", "none")
    chosen = selection(["a b", "c"], [first, second, none])
    assert chosen.chosen == ["c"]
    assert chosen.excluded == {"a b": first}
    assert list(chosen.useless) == [second, none]


def test_a_report_tells_what_was_run(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    found = read(tmp_path / "report.xml")
    assert found == {
        "a [Conformance]": Result("a [Conformance]", "passed", 1.3),
        "b [x]": Result("b [x]", "failed", 2.0, "at 0x… no"),
        "d": Result("d", "skipped", 3.0, "skipped - needs a cloud"),
        "e": Result("e", "failed", 9.0, "timedout: too long"),
        "g": Result("g", "failed", 9.0, "panicked: oh"),
    }
    assert missing(["a [Conformance]", "c", "f", "h"], found) == ["c", "f", "h"]


def test_of_a_test_that_is_run_again_the_later_result_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "results.json"
    keep({"a": Result("a", "failed", 1.0, "no"), "b": Result("b", "passed", 1.0)}, kept)
    keep({"a": Result("a", "passed", 2.0)}, kept)
    assert load(kept) == {"a": Result("a", "passed", 2.0), "b": Result("b", "passed", 1.0)}


def test_serial_tests_come_last_and_alone() -> None:
    assert list(phases(["a [Serial]", "b", "c"], 4)) == [("parallel", ["b", "c"], 4), ("serial", ["a [Serial]"], 1)]
    assert list(phases(["a [Serial]"], 4)) == [("serial", ["a [Serial]"], 1)]


def test_the_page_counts_what_was_not_run() -> None:
    chosen = Selection(["a", "b", "c"], {"d": Exclusion("d", "It needs a cloud.")}, [])
    told = page.render(chosen, {"a": Result("a", "passed", 1.0), "b": Result("b", "failed", 1.0, "no")}, version="1")
    assert "| 4 | 1 | 3 | 1 | 1 | 0 | 1 |" in told
    assert "- `b`: `no`" in told
    assert "## Not run yet\n- `c`" in told
    assert "It needs a cloud. (1)\n\n- `d`" in told


@pytest.mark.parametrize("rule", exclusions(), ids=lambda rule: rule.pattern)
def test_every_exclusion_is_of_real_tests_and_says_why(rule: Exclusion) -> None:
    assert any(rule.matches(name) for name in known_names())
    assert len(rule.reason) > 30


def test_every_exclusion_is_of_use() -> None:
    assert selection(known_names(), exclusions()).useless == []


def test_the_names_are_upstreams_in_order() -> None:
    names = known_names()
    assert names == sorted(set(names))
    assert sum("[Conformance]" in name for name in names) == 441
    assert all(re.match(r"\[sig-[a-z-]+\] ", name) for name in names)


def test_results_are_of_real_tests_and_the_page_is_current() -> None:
    assert set(load(RESULTS)) <= set(known_names())
    assert page.current() == page.PAGE.read_text(), "python -m tests.conformance.page"
