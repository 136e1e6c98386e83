import pytest

from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError
from provisioner.account.kept import Kept
from tests.unit.provisioner.account.fences import FENCE

SYSTEM = AwsSystem("north", {"Resources": {}}, (Step("a", "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}),))
KEPT = Kept(FENCE, FENCE.expires_at, frozenset({"sqs eu-west-1 old"}), {"north_net": SYSTEM})


def test_what_was_kept_gives_the_same_fence_again() -> None:
    again = Kept.from_json(KEPT.to_json())
    assert again.fence.tags == FENCE.tags
    assert again.fence.boundary_arn == FENCE.boundary_arn
    assert (again.began, again.before) == (KEPT.began, KEPT.before)
    assert again.systems["north_net"].to_json() == SYSTEM.to_json()
    assert again.to_json() == KEPT.to_json()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"fence": {}}', KEPT.to_json().replace("2026-11", "soon", 1)])
def test_a_damaged_file_is_told_with_another_way_to_look(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Kept.from_json(text)
    assert "taller:lab" in caught.value.hint
