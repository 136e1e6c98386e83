import random
import re
import time
import unicodedata

import pytest

from labs.posting.reading import Posting, read_posting, understand
from labs.posting.source import Source, clean, read_source
from tests.unit.posting.samples import EXAMPLES, EXPECTED, kinds, reading

_BULLETED = [name for name in EXPECTED if name.endswith(".md")]


def _meaning(posting: Posting) -> tuple[dict[str, str], object, str, set[tuple[str, ...]]]:
    groups = {tuple(str(id_) for id_ in r.any_of) for r in posting.requirements if r.any_of}
    return kinds(posting), posting.level.level, posting.fit, groups


def _changed(name: str, text: str) -> Posting:
    return understand(Source(name, text))


@pytest.mark.parametrize("name", _BULLETED)
@pytest.mark.parametrize("seed", range(3))
def test_order_of_bullets_changes_nothing(name: str, seed: int) -> None:
    source = read_source(EXAMPLES / name)
    runs = re.split(r"((?:^- .*\n(?:^  .*\n)*)+)", source.text, flags=re.MULTILINE)
    shuffled = []
    for run in runs:
        bullets = re.findall(r"^- .*\n(?:^  .*\n)*", run, flags=re.MULTILINE)
        random.Random(seed).shuffle(bullets)  # noqa: S311
        shuffled.append("".join(bullets) or run)
    assert _meaning(_changed(name, "".join(shuffled))) == _meaning(understand(source))


@pytest.mark.parametrize("name", EXPECTED)
def test_accents_change_nothing(name: str) -> None:
    source = read_source(EXAMPLES / name)
    plain = "".join(c for c in unicodedata.normalize("NFD", source.text) if not unicodedata.combining(c))
    assert _meaning(_changed(name, plain)) == _meaning(understand(source))


@pytest.mark.parametrize("name", _BULLETED)
def test_wrapping_changes_nothing(name: str) -> None:
    source = read_source(EXAMPLES / name)
    joined = re.sub(r"\n {2,3}(?![-*\d] )(?=\S)", " ", source.text)
    wrapped = re.sub(r"^(- .{30,}?) ", r"\1\n  ", joined, flags=re.MULTILINE)
    assert _meaning(_changed(name, joined)) == _meaning(understand(source))
    assert _meaning(_changed(name, wrapped)) == _meaning(understand(source))


@pytest.mark.parametrize("name", EXPECTED)
def test_repetition_and_windows_lines_change_nothing(name: str) -> None:
    source = read_source(EXAMPLES / name)
    assert _meaning(understand(clean(source.text.replace("\n", "\r\n"), name))) == _meaning(understand(source))
    body = source.text.split("---\n", 2)[2] if source.text.startswith("---\n") else source.text
    assert kinds(_changed(name, f"{source.text}\n{body}")) == kinds(understand(source))


def test_company_sentence_changes_no_requirement() -> None:
    source = read_source(EXAMPLES / "devops-senior.es.md")
    more = f"{source.text}\n## Sobre nosotros\n\nUsamos Jenkins, Oracle Cloud y Rust.\n"
    before, after = understand(source), _changed("x", more)
    assert before.requirements == after.requirements


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("# Senior SRE\n\n## Requirements\n\n- Linux", "fits"),
        ("# Project Manager\n\n## Requirements\n\n- Kubernetes\n- AWS\n- Linux\n- Docker", "other-field"),
        ("# Backend developer\n\n## Requirements\n\n- Docker\n- PostgreSQL\n- Kafka", "fits"),
        ("# Backend developer\n\n## Requirements\n\n- PostgreSQL", "other-field"),
        ("# DevOps\n\n## Requirements\n\n- Communication", "nothing-testable"),
        ("Se busca cocinero para cocina criolla. Chef de partie.", "other-field"),
        (
            "# Platform Engineer, offshore\n\n## Requirements\n\n- Monitoring of corrosion, on call\n- Python",
            "other-field",
        ),
        ("# Platform Engineer\n\n## Requirements\n\n- Monitoring\n- Docker", "fits"),
        ("## Linux & Virtualisation Engineer\n\n### You have\n\n- looked after Debian", "fits"),
        ("Lorem ipsum dolor sit amet.", "nothing-testable"),
    ],
)
def test_fit(text: str, fit: str) -> None:
    assert reading(text).fit == fit


@pytest.mark.parametrize(
    ("text", "code", "understood"),
    [
        ("We are looking for an engineer who knows the basics of networks.", "en", True),
        ("Buscamos una persona para el equipo que trabaje con los clientes.", "es", True),
        ("Buscamos uma pessoa para o nosso time que não tenha medo de servidores.", "pt", True),
        ("Wir suchen für unser Team eine Person mit Erfahrung und Freude.", "de", False),
        ("Kubernetes, Docker, AWS", "und", False),
    ],
)
def test_language(text: str, code: str, understood: bool) -> None:  # noqa: FBT001
    language = reading(text).language
    assert (language.code, language.understood) == (code, understood)


def test_broken_front_matter_is_reported_and_the_rest_is_read() -> None:
    posting = reading("---\ntitle: [unclosed\n---\n\n# DevOps\n\n## Requirements\n\n- Linux\n")
    assert posting.problems
    assert kinds(posting) == {"linux": "must"}


def test_front_matter_lists_with_a_sections_name_are_read() -> None:
    posting = reading("---\ntitle: DevOps\nrequirements:\n  - Linux\nnice_to_have: [Helm]\n---\n\nJoin us.\n")
    assert {(str(r.id), r.kind.value, r.evidence[0].line) for r in posting.requirements} == {
        ("linux", "must", 4),
        ("helm", "nice", 5),
    }


def test_hostile_lengths_are_read() -> None:
    for text in ("[" * 20_000, "> " * 5_000, "Kubernetes or AWS is a plus, " * 1_000, "(" * 5_000, "a.b-" * 10_000):
        reading(text)


def test_a_page_in_one_line_takes_time_by_its_length_only() -> None:
    def seconds(names: int) -> float:
        start = time.process_time()
        reading("Go, AWS and Kubernetes are wanted. " * names)
        return time.process_time() - start

    seconds(100)
    assert seconds(4000) < 20 * max(seconds(1000), 0.05)


def test_reading_a_file_by_path() -> None:
    assert read_posting(EXAMPLES / "devops-senior.es.md").title == "Ingeniero/a DevOps Senior"
