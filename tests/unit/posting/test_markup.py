import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.posting.blocks import Form
from labs.posting.markup import markup_blocks
from labs.posting.shape import is_markup
from tests.unit.posting.samples import kinds, reading


def _shown(html: str) -> list[tuple[str, str, int]]:
    return [(block.form.value, block.text, block.lines[0]) for block in markup_blocks(html)]


def test_blocks_with_the_lines_that_they_stand_on() -> None:
    html = "<h2>Needs</h2>\n<p>Some\n<b>text</b></p>\n<ul>\n<li>one</li>\n<li>two<ul><li>deep</li></ul></li>\n</ul>tail"
    assert _shown(html) == [
        ("heading", "Needs", 1),
        ("paragraph", "Some\ntext", 2),
        ("item", "one", 5),
        ("item", "two", 6),
        ("item", "deep", 6),
        ("paragraph", "tail", 7),
    ]


def test_wrapped_item_keeps_the_line_of_each_name() -> None:
    html = "<h1>DevOps</h1><h2>Requirements</h2>\n<ul>\n<li>Linux,\n  Kubernetes</li></ul>"
    found = {str(r.id): (r.evidence[0].line, r.evidence[0].text) for r in reading(html).requirements}
    assert found == {"linux": (3, "Linux,"), "kubernetes": (4, "Kubernetes")}


def test_what_is_not_shown_is_not_read_but_its_lines_count() -> None:
    html = (
        "<style>\n.aws{}</style><script>var jenkins;\n</script><!-- docker\n --><nav>Helm</nav>"
        "<p style='display: none'>Ansible</p><h1>DevOps</h1>\n<h2>Requirements</h2><p>Linux</p>"
    )
    posting = reading(html)
    assert kinds(posting) == {"linux": "must"}
    assert posting.requirements[0].evidence[0].line == 5


@pytest.mark.parametrize("tag", ["<strong>Nice to have</strong>", "<u>Nice to have:</u>", "<b><i>Nice to have</i></b>"])
def test_emphasised_paragraphs_and_lines_are_headings(tag: str) -> None:
    html = f"<h1>DevOps</h1><h2>Requirements</h2><p>Linux</p><div>{tag}<br>Helm<br/>&bull; Docker</div>"
    assert kinds(reading(html)) == {"linux": "must", "helm": "nice", "docker": "nice"}


def test_entities_and_inline_marks_are_text() -> None:
    html = "<h1>DevOps</h1><h2>Requirements</h2><li>Prometheus&nbsp;&amp;&nbsp;<em>Graf</em>ana, CI&#47;CD</li>"
    assert set(kinds(reading(html))) == {"observability.prometheus", "observability.grafana", "ci"}


def test_tables_are_rows_columns_or_layout() -> None:
    rows = "<table><tr><th>Skill</th><th>Level</th></tr><tr><td>Kubernetes</td><td>nice to have</td></tr>"
    assert kinds(
        reading(f"<h1>DevOps</h1><h2>Requirements</h2>{rows}<tr><td>Linux</td><td>expert</td></tr></table>")
    ) == {
        "kubernetes": "nice",
        "linux": "must",
    }
    columns = "<table><tr><td>Must have</td><td>Nice to have</td></tr><tr><td>Linux</td><td>Helm</td></tr></table>"
    assert kinds(reading(f"<h1>DevOps</h1>{columns}")) == {"linux": "must", "helm": "nice"}
    layout = "<table><tr><td>Requirements</td><td><ul><li>Linux</li></ul></td></tr></table>"
    assert kinds(reading(f"<h1>DevOps</h1>{layout}")) == {"linux": "must"}


def test_fragments_inside_markdown_are_read() -> None:
    text = "# DevOps\n\n## Requirements\n<p><strong>Linux</strong> and&nbsp;Git</p>\n\n<ul>\n<li>Helm</li>\n</ul>\n"
    posting = reading(text)
    assert kinds(posting) == {"linux": "must", "git": "must", "helm": "must"}
    assert {str(r.id): r.evidence[0].line for r in posting.requirements} == {"linux": 4, "git": 4, "helm": 7}


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("<!-- x -->\n<!DOCTYPE html><p>x", True),
        ("<div>x</div>", True),
        ("<p align=center>logo</p>\n\n# DevOps", False),
        ("DevOps <b>x</b>", False),
        ("a < b", False),
    ],
)
def test_what_counts_as_a_page(text: str, is_html: bool) -> None:  # noqa: FBT001
    assert is_markup(text) is is_html


_PARTS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<ul><li>",
        "</li>",
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "</table>",
        "<br>",
        "<h2>",
        "<b>",
        "\n",
        "<!--",
        "-->",
        "<script>",
        "<p style='",
        "&amp",
        "&#0;",
        "AWS",
        "<",
        "</",
    ]
)


@given(st.lists(_PARTS | st.text(max_size=4), max_size=40))
@settings(deadline=None, max_examples=150)
def test_any_markup_is_read(parts: list[str]) -> None:
    html = "".join(parts).replace("\r", "")  # the reader has made line feeds of these
    for block in markup_blocks(html):
        assert block.text.strip()
        assert len(block.lines) == block.text.count("\n") + 1
        assert block.lines[-1] <= html.count("\n") + 1
        assert block.form in Form
