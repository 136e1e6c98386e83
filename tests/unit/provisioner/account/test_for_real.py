"""Against a real account, reading only. Skipped, and so counted, where there is none to be had."""

import os
from dataclasses import replace

import pytest

from labs.core.aws import AwsAdmin
from provisioner.account import missing
from provisioner.account.guard import confirmed, identity, problems
from provisioner.account.residue import snapshot
from provisioner.aws.client import AwsClient
from provisioner.conformance import State
from provisioner.conformance_aws import CHECKS, KNOWN_GAPS, check_engine
from provisioner.engines import ACCOUNT as ACCOUNT_ENGINE
from provisioner.engines import engine
from tests.unit.provisioner.account.fences import FENCE

ACCOUNT = os.environ.get("TALLER_TEST_ACCOUNT", "")
_ABSENT = [] if ACCOUNT else ["TALLER_TEST_ACCOUNT names no account.", *missing.problems()]

needs_an_account = pytest.mark.skipif(bool(_ABSENT), reason=f"real AWS account: {' '.join(_ABSENT)}")


def test_the_engines_suite_in_a_real_account() -> None:
    """Its labs are made by a person: it is not run by itself even where an account is named. Counted as skipped."""
    outcomes = check_engine(engine(ACCOUNT_ENGINE))
    skipped = [each for each in outcomes if each.state is State.SKIPPED]
    assert len(skipped) + len(KNOWN_GAPS[ACCOUNT_ENGINE]) == len(CHECKS)
    pytest.skip(f"{len(skipped)} checks of the engine account: {skipped[0].detail}")


@needs_an_account
def test_the_named_account_can_be_judged_and_listed() -> None:
    aws = AwsClient(AwsAdmin("", ACCOUNT, "eu-west-1"))
    who = identity(aws)
    confirmed(who.account, ACCOUNT)
    fence = replace(FENCE, account=ACCOUNT, operator=who.arn)
    assert [each.message for each in problems(aws, fence)] == []
    assert all(key.count(" ") >= 2 for key in snapshot(aws, fence))
