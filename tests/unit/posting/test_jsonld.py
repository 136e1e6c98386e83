import html
import json
from typing import Any

import pytest

from labs.posting.jsonld import find_posting
from tests.unit.posting.samples import kinds, reading

_POSTING: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Senior DevOps Engineer",
    "description": "<p>We are a bank.</p><h3>You will need</h3><ul><li>Kubernetes</li></ul>",
    "responsibilities": ["Run Jenkins", "Write Terraform"],
    "skills": "Linux, Git",
    "experienceRequirements": {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 60},
    "jobBenefits": "AWS courses",
    "hiringOrganization": {"name": "Bank", "description": "Runs on Docker"},
}
_KINDS = {
    "kubernetes": "must",
    "ci.jenkins": "duty",
    "terraform": "duty",
    "linux": "must",
    "git": "must",
    "aws": "mention",
    "docker": "mention",
}


def test_a_job_posting_is_read_with_the_lines_of_its_properties() -> None:
    posting = reading(json.dumps(_POSTING, indent=1))
    assert kinds(posting) == _KINDS
    assert (posting.title, posting.level.level) == ("Senior DevOps Engineer", "senior")
    lines = {str(r.id): (r.evidence[0].line, r.evidence[0].text) for r in posting.requirements}
    assert lines["kubernetes"] == (5, "Kubernetes")
    assert lines["linux"] == (10, "Linux, Git")


def test_it_is_found_in_a_page_and_in_a_graph() -> None:
    data = {**_POSTING, "description": _POSTING["description"] + "<p>" + "We are kind. " * 20 + "</p>"}
    page = (
        f'<html><script type="application/ld+json">{json.dumps({"@graph": [data]})}</script><p>Helm wanted</p></html>'
    )
    assert kinds(reading(page)) == _KINDS


def test_a_stub_in_a_page_gives_way_to_the_page() -> None:
    stub = json.dumps({"@type": "JobPosting", "title": "DevOps", "description": "See below."})
    script = f'<script type="application/ld+json">{stub}</script>'
    page = f"<html>{script}<h1>DevOps</h1><h2>Requirements</h2><p>Helm</p></html>"
    assert kinds(reading(page)) == {"helm": "must"}


def test_escaped_markup_and_plain_descriptions_are_read() -> None:
    escaped = {"title": "DevOps", "description": "&lt;h2&gt;Requirements&lt;/h2&gt;&lt;p&gt;Docker and more&lt;/p&gt;"}
    plain = {"title": "DevOps", "description": "We want you, dear reader.\n\nRequirements:\n- Docker\n"}
    assert kinds(reading(json.dumps(escaped))) == kinds(reading(json.dumps(plain))) == {"docker": "must"}


_LIST = "<li>Docker</li><li>Linux</li>"


@pytest.mark.parametrize(
    "exported",
    [
        {"title": "DevOps", "content": f"&lt;h3&gt;What we need&lt;/h3&gt;&lt;ul&gt;{html.escape(_LIST)}&lt;/ul&gt;"},
        {"text": "DevOps", "description": "", "lists": [{"text": "Lo que pedimos", "content": _LIST}]},
        {
            "name": "DevOps",
            "jobAd": {"sections": {"qualifications": {"title": "Qualifications", "text": f"<ul>{_LIST}</ul>"}}},
        },
        {"jobTitle": "DevOps", "descriptionHtml": f"<p>We bake bread.</p><h2>You have</h2><ul>{_LIST}</ul>"},
    ],
)
def test_what_job_boards_export_is_read(exported: dict[str, Any]) -> None:
    posting = reading(json.dumps({"jobs": [exported]}, indent=1))
    assert kinds(posting) == {"docker": "must", "linux": "must"}
    assert posting.title == "DevOps"


@pytest.mark.parametrize(
    "text", ["{", "[1, 2]", '{"@type": "Organization"}', "[" * 5000, '{"title": 3, "description": 4}']
)
def test_other_json_is_no_posting(text: str) -> None:
    assert find_posting(text) is None
    assert not reading(text).requirements
