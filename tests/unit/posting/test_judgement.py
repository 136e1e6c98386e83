import pytest

from labs.posting.judgement import Kind
from tests.unit.posting.samples import asked, ids, kinds, reading


@pytest.mark.parametrize(
    ("bullet", "expected"),
    [
        ("Kubernetes, Terraform (deseable), AWS", {"kubernetes": "must", "terraform": "nice", "aws": "must"}),
        ("Kubernetes required, Helm a plus", {"kubernetes": "must", "helm": "nice"}),
        ("Terraform and Ansible are nice to have", {"terraform": "nice", "ansible": "nice"}),
        ("Strong Linux skills; Windows Server would be a plus", {"linux": "must", "windows-server": "nice"}),
        ("Docker (excluyente) y Kubernetes (no excluyente)", {"docker": "must", "kubernetes": "nice"}),
        ("Deseable: conocimientos de Istio", {"service-mesh.istio": "nice"}),
        ("Será um diferencial ter Kafka", {"messaging.kafka": "nice"}),
        ("Knowledge of Python (a plus: Golang)", {"programming.python": "must", "programming.go": "nice"}),
        ("No se requiere experiencia en Kubernetes ni Helm", {"kubernetes": "mention", "helm": "mention"}),
        ("Docker, no hace falta Kubernetes", {"docker": "must", "kubernetes": "mention"}),
        ("Kubernetes is not required but Docker is", {"kubernetes": "mention", "docker": "must"}),
        ("Não é necessário conhecer Azure", {"azure": "mention"}),
        ("A service mesh (we use Linkerd)", {"service-mesh": "must", "service-mesh.linkerd": "mention"}),
        ("We use Flux, but Argo CD is fine too", {"flux": "mention", "argocd": "mention"}),
        ("You don't need to know Docker", {"docker": "mention"}),
        ("Infrastructure as code, preferably Terraform", {"iac": "must", "terraform": "nice"}),
        ("PowerShell, Terraform an advantage", {"scripting.powershell": "must", "terraform": "nice"}),
        ("Containers, preferably on Kubernetes", {"containers": "must", "kubernetes": "nice"}),
        (
            "Monitoring (Datadog is what we use, but it is not required)",
            {"observability": "must", "observability.datadog": "mention"},
        ),
        ("Docker | No requerido", {"docker": "mention"}),
        ("We do not care whether you have touched AWS", {"aws": "mention"}),
        (
            "Linux. El inglés no es necesario: hablamos español",
            {"linux": "must", "english": "mention", "spanish": "must"},
        ),
        (
            "Kubernetes in depth (networking, storage)",
            {"kubernetes": "must", "kubernetes.networking": "must", "kubernetes.storage": "must"},
        ),
        ("Kubernetes, networking", {"kubernetes": "must", "networking": "must"}),
        ("Container security", {"kubernetes.security": "must"}),
        ("Security+ and five years in security", {"certification.security": "must"}),
        ("Tickets de la mesa de ayuda y Docker", {"itsm": "must", "docker": "must"}),
        ("Kafka welcome; Linux is a must", {"messaging.kafka": "nice", "linux": "must"}),
    ],
)
def test_wording_decides_how_much_it_is_wanted(bullet: str, expected: dict[str, str]) -> None:
    assert asked(bullet) == expected


@pytest.mark.parametrize(
    ("bullet", "group"),
    [
        ("Knowledge of AWS, GCP or Azure", {"aws", "azure", "gcp"}),
        ("AWS/Azure/GCP", {"aws", "azure", "gcp"}),
        ("Ansible y/o Puppet", {"ansible", "puppet"}),
        ("Al menos uno de estos: Jenkins, CircleCI", {"ci.circleci", "ci.jenkins"}),
        ("Linux, and Docker or Podman", {"docker", "podman"}),
        ("Terraform, ECS or Kubernetes", {"aws.ecs", "kubernetes"}),
        ("Tools such as Ansible, Terraform or similar", {"ansible", "terraform"}),
        ("Production code in Rust, Go, or another systems language", {"programming.go", "programming.rust"}),
        ("Pipelines en GitLab o Jenkins", {"ci.gitlab", "ci.jenkins"}),
        ("Either Pulumi or Crossplane", {"pulumi", "crossplane"}),
        ("Alguna herramienta de infraestructura como código: Terraform, Pulumi", {"terraform", "pulumi"}),
        ("At least one configuration management tool (e.g. Puppet, Ansible)", {"puppet", "ansible"}),
        ("Infrastructure as code - we use Terraform, but Pulumi people adapt", {"terraform", "pulumi"}),
        ("Programar en serio en Go o Kotlin", {"programming.go", "programming.kotlin"}),
        ("A grasp of networking: VLANs, DNS, a VPN or routing", {"networking.vpn", "networking.routing"}),
    ],
)
def test_alternatives_are_one_need(bullet: str, group: set[str]) -> None:
    posting = reading(f"# DevOps Engineer\n\n## Requirements\n\n- {bullet}\n")
    assert {frozenset(r.any_of) for r in posting.requirements if r.any_of} == {frozenset(group)}


@pytest.mark.parametrize("bullet", ["AWS and Azure", "Docker e o Kubernetes", "Terraform, Ansible"])
def test_lists_are_no_alternatives(bullet: str) -> None:
    posting = reading(f"# Vaga DevOps\n\n## Requisitos para você\n\nExperiência com os sistemas:\n\n- {bullet}\n")
    assert not [r for r in posting.requirements if r.any_of]


def test_examples_of_what_is_named_are_folded_into_it() -> None:
    assert asked("At least two programming languages: Python, Java, PHP, etc.") == {"programming": "must"}
    assert asked("Relational databases: MySQL or PostgreSQL") == {"databases.sql": "must"}


def test_examples_of_a_kindred_category_are_folded_too() -> None:
    assert asked("At least one scripting language (Python, Bash, PowerShell)") == {"scripting": "must"}
    assert asked("Una o más: Python, Cobol, Ruby") == {"programming.python": "must", "programming.ruby": "must"}


@pytest.mark.parametrize(
    ("lead", "kind"),
    [
        ("Any of the following technologies is a plus:", "nice"),
        ("No hace falta que conozcas:", "mention"),
        ("You should have worked with:", "must"),
        ("Vas a:", "duty"),
    ],
)
def test_a_sentence_that_announces_a_list_speaks_of_it(lead: str, kind: str) -> None:
    text = f"# DevOps\n\n## Requirements\n\n- Linux\n\n{lead}\n\n- Docker\n- Helm\n\n## Benefits\n\n- AWS\n"
    nested = f"# DevOps\n\n## Requirements\n\n- Linux\n- {lead}\n  - Docker\n  - Helm\n- Git\n"
    assert kinds(reading(text)) == {"linux": "must", "docker": kind, "helm": kind, "aws": "mention"}
    assert kinds(reading(nested)) == {"linux": "must", "docker": kind, "helm": kind, "git": "must"}


def test_headings_that_only_divide_a_section_keep_it() -> None:
    text = "# DevOps\n\n**Requirements**\n\n**Cloud:**\n\n- AWS\n\n**Kubernetes**\n\n- Helm\n\n**Bonus**\n\n- Git\n"
    assert kinds(reading(text)) == {"aws": "must", "kubernetes": "must", "helm": "must", "git": "nice"}


def test_lists_that_lost_their_bullets_are_lists() -> None:
    text = "DevOps\n\nRequirements\nDocker\nKnowledge of Linux\nHelm would be advantageous\nGit\n"
    assert kinds(reading(text)) == {"docker": "must", "linux": "must", "helm": "nice", "git": "must"}


def test_without_sections_tasks_are_no_requirements() -> None:
    text = "# DevOps\n\n- Maintain Jenkins for our team\n- Configurar Zabbix\n- Kubernetes\n- 3 years with Ansible\n"
    found = kinds(reading(text))
    assert found == {"ci.jenkins": "duty", "observability.zabbix": "duty", "kubernetes": "must", "ansible": "must"}


def test_required_is_required_wherever_it_stands() -> None:
    text = "# DevOps\n\n## Requirements\n\n- Linux\n\n## Nice to have\n\n- Helm\n- Git (excluyente)\n"
    assert kinds(reading(text)) == {"linux": "must", "helm": "nice", "git": "must"}


def test_confidence_tells_plain_names_from_guesses() -> None:
    found = {
        str(r.id): r.confidence for r in reading("# DevOps\n\n## Requirements\n\n- Linux\n- Terrafomr\n").requirements
    }
    assert found["linux"] == 1
    assert found["terraform"] < 0.8
    (alone,) = reading("We want a DevOps engineer for the team with experience in Kubernetes.").requirements
    assert alone.confidence < 0.8


def test_a_category_gives_way_to_what_belongs_to_it() -> None:
    assert asked("Networking: VPNs, DNS") == {"networking.vpn": "must", "networking.dns": "must"}
    assert asked("Networking") == {"networking": "must"}
    assert asked("Networking", "VPNs") == {"networking.vpn": "must"}


def test_sections_decide_in_three_languages() -> None:
    for must, nice, duty in (
        ("What you bring", "Nice to have", "What you'll do"),
        ("Requisitos excluyentes", "No excluyentes", "Funciones"),
        ("Requisitos", "Diferenciais", "Responsabilidades"),
    ):
        text = f"# DevOps\n\n## {duty}\n\n- Jenkins\n\n## {must}\n\n- Linux\n\n## {nice}\n\n- Helm\n"
        assert kinds(reading(text)) == {"ci.jenkins": "duty", "linux": "must", "helm": "nice"}


def test_companys_stack_and_benefits_are_only_mentioned() -> None:
    text = (
        "# DevOps\n\n## About us\n\nWe run Kubernetes.\n\n## Requirements\n\n- Linux\n\n## Benefits\n\n- AWS courses\n"
    )
    assert kinds(reading(text)) == {"kubernetes": "mention", "linux": "must", "aws": "mention"}


def test_plain_text_without_sections_is_read_by_its_wording() -> None:
    text = (
        "We are looking for a senior DevOps engineer with experience with Kubernetes and AWS. Terraform is a plus. "
        "Our stack is Java."
    )
    assert kinds(reading(text)) == {
        "kubernetes": "must",
        "aws": "must",
        "terraform": "nice",
        "programming.java": "mention",
    }


def test_persons_are_judged_by_persons() -> None:
    posting = reading("# DevOps\n\n## Requirements\n\n- Linux\n- Communication skills, CKA\n")
    assert ids(posting, Kind.MUST) == {"linux"}
    assert ids(posting, Kind.MUST, person=True) == {"communication", "certification.cka"}


def test_wrapped_bullet_keeps_the_line_of_each_name() -> None:
    posting = reading("# DevOps\n\n## Requirements\n\n- Linux,\n  Kubernetes and\n  [Helm](https://github.com/x)\n")
    assert {str(r.id): (r.evidence[0].line, r.evidence[0].text) for r in posting.requirements} == {
        "linux": (5, "- Linux,"),
        "kubernetes": (6, "Kubernetes and"),
        "helm": (7, "[Helm](https://github.com/x)"),
    }


def test_nested_item_is_read_in_the_light_of_its_parent() -> None:
    assert asked("Kubernetes\n  - kind, troubleshooting") == {
        "kubernetes": "must",
        "kubernetes.kind": "must",
        "kubernetes.troubleshooting": "must",
    }


def test_what_is_not_required_is_no_task_either() -> None:
    text = (
        "# DevOps\n\n## Tasks\n\n- Move off Nomad and Jenkins\n\n## Requirements\n\n- Docker\n- Nomad is not required\n"
    )
    assert kinds(reading(text)) == {"nomad": "mention", "ci.jenkins": "duty", "docker": "must"}


def test_a_preference_in_brackets_stays_in_them() -> None:
    assert asked("Kubernetes (preferably EKS) and Istio") == {
        "kubernetes": "must",
        "kubernetes.eks": "nice",
        "service-mesh.istio": "must",
    }
