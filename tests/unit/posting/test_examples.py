import pytest

from labs.posting.judgement import Kind
from labs.posting.reading import read_posting
from tests.bench.postings import LIMIT, scores
from tests.unit.posting.samples import EXAMPLES, EXPECTED, SHARED, ids


def test_every_example_has_an_expectation() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_example_is_read_as_a_person_would(name: str) -> None:
    posting, expected = read_posting(EXAMPLES / name), EXPECTED[name]
    expected_groups = [*expected["any_of"], *expected.get("any_of_nice", [])]
    alternatives = {id_ for group in expected_groups for id_ in group}
    everything = {str(r.id) for r in posting.requirements if r.person}
    assert posting.language.code == expected["language"]
    assert (posting.level.level.value if posting.level.level else None) == expected["level"]
    assert posting.fit == expected["fit"]
    assert ids(posting, Kind.MUST) - alternatives == set(expected["must"])
    assert ids(posting, Kind.NICE) - alternatives == set(expected["nice"])
    assert ids(posting, Kind.DUTY) == set(expected["duty"])
    assert everything >= set(expected["person"])
    assert {str(r.id) for r in posting.mentioned} >= set(expected["mentioned"])
    groups = {tuple(r.any_of) for r in posting.requirements if r.any_of and not r.person}
    assert groups == {tuple(group) for group in expected_groups}


@pytest.mark.parametrize("name", EXPECTED)
def test_evidence_names_its_line(name: str) -> None:
    posting = read_posting(EXAMPLES / name)
    lines = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    for requirement in (*posting.requirements, *posting.mentioned):
        assert requirement.evidence
        for evidence in requirement.evidence:
            assert evidence.text == lines[evidence.line - 1].strip()


def test_shared_postings_reach_the_limit() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared postings lie beside the project's own checkout only")
    for result in (each for each in scores(SHARED) if each.kind == "must"):
        assert result.precision >= LIMIT, result
        assert result.recall >= LIMIT, result
