"""The conformance suite's own rules: gaps are named checks, and nothing is silently skipped."""

import pytest

from labs.core.errors import UnreachableError
from provisioner import conformance, engines
from provisioner.conformance import CHECKS, KNOWN_GAPS, DoesNotHoldError, Pair, State, _outcome, expect, until


def test_gaps_are_checks_of_engines_and_have_reasons() -> None:
    assert set(KNOWN_GAPS) <= set(engines.KUBERNETES)
    for gaps in KNOWN_GAPS.values():
        assert set(gaps) <= {name for name, _ in CHECKS}
        assert all(len(reason) > 20 for reason in gaps.values())


def test_every_check_is_named_once_and_says_what_it_checks() -> None:
    assert len({name for name, _ in CHECKS}) == len({check for _, check in CHECKS}) == len(CHECKS)
    assert all(check.__doc__ for _, check in CHECKS)
    assert CHECKS[-1][0] == "destroy leaves nothing", "the labs are needed until then"


@pytest.mark.parametrize(
    ("error", "gap", "state"),
    [
        (None, "", State.HOLDS),
        (None, "not yet", State.CLOSED),
        (DoesNotHoldError("seen 1, not 2"), "", State.FAILS),
        (DoesNotHoldError("seen 1, not 2"), "not yet", State.GAP),
        (UnreachableError("no answer"), "", State.FAILS),
        (KeyError("status"), "", State.FAILS),
    ],
)
def test_what_becomes_of_a_check(
    error: Exception | None, gap: str, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_: Pair) -> None:
        if error:
            raise error

    monkeypatch.setattr(conformance, "KNOWN_GAPS", {"labnode": {"it works": gap}} if gap else {})
    outcome = _outcome("labnode", "it works", check, None)  # type: ignore[arg-type]
    assert (outcome.name, outcome.state) == ("it works", state)
    if state is State.FAILS:
        assert str(error) in outcome.detail
    if state is State.GAP:
        assert outcome.detail == gap


def test_a_programming_error_of_ours_is_not_an_engines_failure() -> None:
    def check(_: Pair) -> None:
        raise TypeError

    with pytest.raises(TypeError):
        _outcome("labnode", "it works", check, None)  # type: ignore[arg-type]


def test_expectations_say_what_was_seen() -> None:
    expect("colour", "red", "red")
    with pytest.raises(DoesNotHoldError, match=r"colour: 'red', not 'blue'"):
        expect("colour", "red", "blue")


def test_waiting() -> None:
    seen = iter([1, 2, 3])
    until("number", lambda: next(seen), 3)
    with pytest.raises(DoesNotHoldError, match="number, after 0 s"):
        until("number", lambda: 1, 2, limit_seconds=0.05)
