import pytest
import yaml

from labs.core.errors import InputError
from labs.core.ids import RequirementId
from labs.posting.data import DATA
from labs.posting.taxonomy import parse_taxonomy, singular, taxonomy, variants
from tests.unit.posting.samples import EXPECTED, asked


def test_every_expected_id_exists() -> None:
    known = set(taxonomy().entries)
    for expected in EXPECTED.values():
        ids = {*expected["must"], *expected["nice"], *expected["duty"], *expected["person"], *expected["mentioned"]}
        assert ids | {id_ for group in expected["any_of"] for id_ in group} <= known


def test_whole_field_is_there_and_every_parent_too() -> None:
    ids = set(taxonomy().entries)
    assert len(ids) >= 120
    assert not [id_ for id_ in ids if "." in id_ and id_.rsplit(".", 1)[0] not in ids]


@pytest.mark.parametrize("id_", sorted(taxonomy().entries))
def test_each_name_is_found(id_: str) -> None:
    entry = taxonomy().entries[id_]  # type: ignore[index]
    for name in (*entry.names, *entry.exact, *entry.en, *entry.es, *entry.pt):
        assert id_ in asked(name), name


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("We go to conferences, and Go the extra mile", "programming.go"),
        ("We react to change with React-like speed", "react"),
        ("Chef de partie", "chef"),
        ("You take the helm", "helm"),
        ("Kubernetes, and any kind of tool", "kubernetes.kind"),
        ("A spa and a sauna", "architecture.spa"),
        ("Redes sociales", "networking"),
        ("Digital nomad with Docker", "nomad"),
        ("Javanese", "programming.java"),
        ("see https://kubernetes.io", "kubernetes"),
        ("mail aws@example.com", "aws"),
        ("Debían cumplir plazos", "linux"),
        ("Tempo de experiência", "observability.tracing"),
        ("HOSPITAL SAN ROQUE", "storage"),
        ("Go ahead and apply", "programming.go"),
        ("Where You Go Next Matters", "programming.go"),
        ("Fluent in English", "observability.elk"),
        ("We consult with ranches", "consul"),
        ("Cosas que pasan en el tiempo", "observability.tracing"),
    ],
)
def test_must_not_match(text: str, absent: str) -> None:
    assert absent not in asked(text)


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("KUBERNETES", "kubernetes"),
        ("Infraestructura\n  como código", "iac"),
        ("Politicas como codigo", "policy-as-code"),
        ("expresiones regulares", "scripting"),
        ("Certificações", "certification"),
        ("CI / CD", "ci"),
        ("ci-cd", "ci"),
        ("Node.js.", "programming.nodejs"),
        ("C++/C#", "programming.csharp"),
        ("Golang", "programming.go"),
        ("Languages: Go, Python", "programming.go"),
        ("CI with GitLab", "ci.gitlab"),
        ("Kuberentes", "kubernetes"),
        ("Terrafomr", "terraform"),
        ("anisble", "ansible"),
        ("Postgressql", "databases.sql.postgresql"),
        ("Open-Shift", "kubernetes.openshift"),
        ("decent Go", "programming.go"),
        ("Go is welcome", "programming.go"),
        ("Go", "programming.go"),
        ("Python, go, ruby", "programming.go"),
        ("Node.js/Vue.js", "vue"),
        ("OAuth 2.0", "auth.oauth"),
        ("redes virtuais no Azure", "azure.networking"),
        ("Grafana, Loki y trazas", "observability.tracing"),
    ],
)
def test_must_match(text: str, present: str) -> None:
    assert present in asked(text)


def test_a_companion_anywhere_is_enough_for_names_that_say_so() -> None:
    assert asked("IAM, VPC", "Terraform for AWS")["aws.iam"] == "must"
    assert "aws.iam" not in asked("IAM", "Terraform")
    assert "kubernetes.kind" not in asked("A kind", "Kubernetes")


def test_every_requirement_says_what_shows_it() -> None:
    entries = taxonomy().entries
    assert entries[RequirementId("kubernetes")].shown_by == "hands-on"
    assert entries[RequirementId("architecture.design")].shown_by == "written"
    assert entries[RequirementId("certification.cka")].shown_by == "declared"


@pytest.mark.parametrize("name", ["taxonomy.yaml", "vocabulary.yaml", "invitation.yaml"])
def test_no_key_is_written_twice(name: str) -> None:
    # YAML would let the second one win in silence.
    nodes = [yaml.compose((DATA / name).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), node.start_mark
            nodes += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value


def test_plurals_of_three_languages() -> None:
    assert ("certificacoes",) in variants(("certificacao",))
    assert ("redes", "privadas") in variants(("rede", "privada"))
    assert ("policies",) in variants(("policy",))


def test_singulars_of_three_languages() -> None:
    names = {
        "firewalls": "firewall",
        "certificações": "certificação",
        "balanceadores": "balanceador",
        "policies": "policy",
    }
    assert {name: singular(name) for name in names} == names
    assert singular("access") == "access"
    assert not singular("DNS")


def test_all_mistakes_are_told_at_once() -> None:
    data = {
        "requirements": {
            "Bad Id": {"names": ["x"]},
            "a": {"names": ["same"], "includes": ["missing"]},
            "b": {"names": ["Same"]},
            "c": {"names": ["!!"]},
        }
    }
    with pytest.raises(InputError) as caught:
        parse_taxonomy(data)
    for part in ("Bad Id", "'missing'", "only a group", "'Same' is a name of a", "no letter or digit"):
        assert part in caught.value.message
    with pytest.raises(InputError, match="nombres"):
        parse_taxonomy({"requirements": {"a": {"nombres": ["x"]}}})
    with pytest.raises(InputError, match="no name"):
        parse_taxonomy({"requirements": {"a": {}}})


def test_titles() -> None:
    assert taxonomy().title("service-mesh", "es") == "malla de servicios"
    assert taxonomy().title("kubernetes", "es") == "Kubernetes"
    assert taxonomy().title("unheard-of", "en") == "unheard-of"
