import pytest

from labs.posting.invitation import LANGUAGES, areas, invitation
from labs.posting.plan import Plan, make_plan
from labs.posting.reading import read_posting
from tests.unit.posting.samples import EXAMPLES, option

_OPTIONS = [
    option("orders_routing", "kubernetes.troubleshooting", "networking.dns"),
    option("never_ready", "kubernetes", "helm"),
]


def _plan(count: int = 2) -> Plan:
    return make_plan(read_posting(EXAMPLES / "devops-senior.es.md"), _OPTIONS[:count])


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_how_long_and_what_about_and_gives_nothing_away(language: str) -> None:
    text = invitation(_plan(), language)
    assert "40" in text
    assert "Kubernetes" in text
    for secret in ("orders_routing", "Orders_Routing", "never_ready", "troubleshooting", "{", "}"):
        assert secret not in text


def test_the_postings_language_is_the_default() -> None:
    assert invitation(_plan()).startswith("# Tu evaluación práctica: Ingeniero/a DevOps Senior\n")
    assert invitation(_plan(), "pt").startswith("# Sua avaliação prática")
    assert invitation(_plan(), "fr").startswith("# Tu evaluación práctica")


def test_one_task_is_one_task_and_what_people_judge_is_told() -> None:
    text = invitation(_plan(1))
    assert "20 minutos para una tarea." in text
    assert "mentoría" in text


def test_areas_are_the_topmost_parents() -> None:
    assert areas(_plan(), "en") == ["Helm", "Kubernetes"]
