"""The conformance suite's own rules: gaps are named checks, and nothing is silently skipped."""

import pytest
from botocore.exceptions import ClientError

from labs.core.errors import UnreachableError
from provisioner import conformance, conformance_aws, engines
from provisioner.conformance import (
    CHECKS,
    KNOWN_GAPS,
    DoesNotHoldError,
    Outcome,
    Pair,
    State,
    _outcome,
    expect,
    until,
)
from tests.unit.provisioner.pulumi.fakes import FakeEngine


def test_gaps_are_checks_of_engines_and_have_reasons() -> None:
    assert set(KNOWN_GAPS) <= set(engines.KUBERNETES)
    for gaps in KNOWN_GAPS.values():
        assert set(gaps) <= {name for name, _ in CHECKS}
        assert all(len(reason) > 20 for reason in gaps.values())


def test_the_gaps_of_aws_engines_are_checks_and_have_reasons() -> None:
    assert set(conformance_aws.KNOWN_GAPS) == {*engines.AWS, engines.ACCOUNT}
    for gaps in conformance_aws.KNOWN_GAPS.values():
        assert set(gaps) <= {name for name, _ in conformance_aws.CHECKS}
        assert all(len(reason) > 20 for reason in gaps.values())
    checks = conformance_aws.CHECKS
    assert len({name for name, _ in checks}) == len({check for _, check in checks}) == len(checks)
    assert all(check.__doc__ for _, check in checks)


def test_an_account_that_cannot_be_had_is_skipped_and_says_why() -> None:
    told: list[Outcome] = []
    outcomes = conformance_aws.check_engine(FakeEngine("account", "aws"), told=told.append)
    assert outcomes == told
    assert {each.state for each in outcomes} == {State.SKIPPED, State.GAP}
    assert all(len(each.detail) > 20 for each in outcomes)


def test_what_aws_refuses_is_a_failure_and_no_error_of_ours() -> None:
    def check(_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListBuckets")

    with pytest.raises(DoesNotHoldError, match="AccessDenied"):
        conformance_aws._checked(check, None)  # type: ignore[arg-type]


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
