"""Lists under headings that say nothing, told by where they stand and by whom they speak of."""

import pytest

from tests.unit.posting.samples import kinds, reading

_DUTIES = "## Responsibilities\n\n- Operate Ansible\n- Maintain Jenkins\n\n"
_MUST = "## Requirements\n\n- Docker\n- Linux\n\n"


def _read(body: str) -> dict[str, str]:
    return kinds(reading(f"# DevOps Engineer\n\n{body}"))


def test_what_follows_the_requirements_is_an_advantage_where_nothing_else_is() -> None:
    sprinkles = "## Sprinkles on top\n\n- Helm\n- Terraform\n"
    assert _read(_MUST + sprinkles)["helm"] == "nice"
    assert _read(f"{_MUST}{sprinkles}\n## Nice to have\n\n- Kafka\n- Vault\n")["helm"] != "nice"


def test_what_follows_the_duties_or_precedes_the_advantages_is_required_where_nothing_else_is() -> None:
    match = "## Dough we knead\n\n- Helm\n- Terraform\n\n"
    assert _read(_DUTIES + match) == {"ansible": "duty", "ci.jenkins": "duty", "helm": "must", "terraform": "must"}
    assert _read(f"{match}## Nice to have\n\n- Kafka\n- Vault\n")["terraform"] == "must"


def test_two_lists_behind_a_list_of_tasks_are_the_required_and_the_advantages() -> None:
    tasks = "## What a week looks like\n\n- Reviewing Terraform plans\n- Pairing on Helm charts\n\n"
    read = _read(f"{tasks}## Flour\n\n- Docker\n- Linux\n\n## Sprinkles\n\n- Kafka\n- Vault\n")
    assert read == {
        "terraform": "duty",
        "helm": "duty",
        "docker": "must",
        "linux": "must",
        "messaging.kafka": "nice",
        "secrets-management.vault": "nice",
    }


def test_a_list_of_tasks_stays_one() -> None:
    assert _read(f"{_MUST}## Mondays\n\n- Maintain Helm charts\n- Operate Terraform\n")["helm"] == "duty"


@pytest.mark.parametrize(("verb", "kind"), [("You know", "must"), ("You will run", "duty"), ("You'll run", "duty")])
def test_items_about_the_reader_are_requirements(verb: str, kind: str) -> None:
    body = f"## You'll recognise this\n\n- {verb} Docker\n- {verb} Linux\n"
    assert _read(body) == {"docker": kind, "linux": kind}
