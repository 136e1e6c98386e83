from datetime import datetime

import pytest

from labs.core.errors import InputError
from tests.unit.provisioner.account.fences import FENCE, with_


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        with_(
            operator="arn:aws:iam::999999999999:user/x",
            candidate_hash="María Pérez",
            expires_at=datetime(2026, 1, 1),  # noqa: DTZ001 - it is the mistake
            budget_usd=5000,
            spent_usd=-1,
            regions=("Ireland",),
            notify=(),
            instance_types=("huge",),
            services=("s3", "eks"),
        )
    for word in ("999999999999", "hexadecimal", "time zone", "5000", "negative", "Ireland", "e-mail", "huge", "eks"):
        assert word in caught.value.message


@pytest.mark.parametrize("budget", [float("nan"), float("inf"), 0.0, -3.0])
def test_a_budget_is_a_number_of_dollars(budget: float) -> None:
    with pytest.raises(InputError, match="budget"):
        with_(budget_usd=budget)


@pytest.mark.parametrize("account", ["1234", "1234-5678-9012", "", "12345678901x"])
def test_an_account_has_twelve_digits(account: str) -> None:
    with pytest.raises(InputError, match="account id"):
        with_(account=account)


def test_tags_say_whose_it_is_and_until_when_but_not_the_candidates_name() -> None:
    assert FENCE.tags == {
        "taller:lab": "maria-perez-3f9c",
        "taller:candidate-hash": "ab12" * 8,
        "taller:expires-at": "2026-11-01T14:00:00Z",
    }
