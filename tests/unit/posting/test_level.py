import pytest

from tests.unit.posting.samples import reading


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("# Senior DevOps Engineer", "senior"),
        ("# DevOps Engineer (Sr.)", "senior"),
        ("# DevOps \u2013 Sênior", "senior"),
        ("# SRE Pleno", "semi-senior"),
        ("# DevOps Ssr", "semi-senior"),
        ("# Tech Lead DevOps", "lead"),
        ("# DevOps\n\n* **Seniority**: Junior", "junior"),
        ("# DevOps\n\n## Nível\n\n- Sênior", "senior"),
        ("# DevOps\n\nYou mentor junior engineers.\n\n## Requirements\n\n- 6+ years of Linux", "senior"),
        ("# DevOps\n\n- 3-5 years of Linux", "semi-senior"),
        ("# DevOps\n\n- 1 año de experiencia", "junior"),
        ("# DevOps\n\nFixed term, 2 years.\n\n- Linux", None),
        ("# DBRE Sênior", "senior"),
        ("# DevOps\n\n## Labels\n\n#### Nível\n\n- Sênior\n- Pleno", "semi-senior"),
        ("# DevOps\n\n## About us\n\n20 years in business", None),
    ],
)
def test_level(text: str, level: str | None) -> None:
    found = reading(text).level.level
    assert (found.value if found else None) == level


def test_text_beats_front_matter_and_the_contradiction_is_told() -> None:
    reading_ = reading('---\ntitle: "DevOps Semi-senior"\n---\n\nThe DevOps Engineer Senior leads.\n').level
    assert reading_.level == "senior"
    assert [(e.line, e.text) for e in reading_.evidence] == [(5, "The DevOps Engineer Senior leads.")]
    assert [(e.level, e.line) for e in reading_.contradictions] == [("semi-senior", 2)]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("# DevOps\n\nDe 3 a 5 años de experiencia", "semi-senior"),
        ("# DevOps\n\n- at least five years of experience", "senior"),
        ("# DevOps\n\n- 6+ years in IT, two years of Kubernetes", "senior"),
        ("# Systems Engineer II", "semi-senior"),
        ("# Analista de Redes y Soporte Jr.", "junior"),
        ("# DevOps\n\n#### Nível\n\n- Especialista", "senior"),
        ("# Especialista en Redes", None),
        ("# DevOps Engineer\n\nYou report to the Head of Platform and help senior colleagues.", None),
    ],
)
def test_levels_that_are_said_otherwise(text: str, level: str | None) -> None:
    found = reading(text).level.level
    assert (found.value if found else None) == level
