"""The conformance suite over every engine that this host can run."""

import pytest

from provisioner import conformance_aws, engines
from provisioner.conformance import CHECKS, KNOWN_GAPS, State, check_engine

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("name", engines.KUBERNETES)
def test_an_engine_conforms(name: str) -> None:
    outcomes = check_engine(engines.engine(name))
    assert [each for each in outcomes if each.state in {State.FAILS, State.CLOSED}] == []
    assert [each.name for each in outcomes] == [name for name, _ in CHECKS], "a check that did not run says nothing"
    assert {each.name for each in outcomes if each.state is State.GAP} == set(KNOWN_GAPS.get(name, {}))


@pytest.mark.parametrize("name", engines.AWS)
def test_an_aws_engine_conforms(name: str) -> None:
    outcomes = conformance_aws.check_engine(engines.engine(name))
    assert [each for each in outcomes if each.state in {State.FAILS, State.CLOSED, State.SKIPPED}] == []
    assert [each.name for each in outcomes] == [name for name, _ in conformance_aws.CHECKS]
    assert {each.name for each in outcomes if each.state is State.GAP} == set(conformance_aws.KNOWN_GAPS[name])
