"""Texts that no posting is: shapes that make a careless reader slow. One letter or word over and over, for the most."""

from collections.abc import Callable

from labs.posting.reading import understand
from labs.posting.source import clean

SHAPES: dict[str, Callable[[int], str]] = {
    "one word, in one line": lambda size: _over("Go ", size),
    "names in one line": lambda size: _over("AWS or ", size),
    "slashes": lambda size: _over("AWS/", size),
    "sentences of a word": lambda size: _over("AWS; ", size),
    "capitals": lambda size: _over("AWS GO REACT ", size),
    "advantages": lambda size: _over("a plus AWS ", size),
    "contrasts": lambda size: _over("but AWS ", size),
    "without spaces": lambda size: _over("a", size),
    "bullets of a letter": lambda size: _over("- a\n", size),
    "bullets, all different": lambda size: "".join(f"- AWS {n} or Helm\n" for n in range(size // 18)),
    "emoji bullets": lambda size: _over("✅ AWS\n", size),
    "nested lists": lambda size: "".join("  " * (n % 200) + "- Kubernetes\n" for n in range(size // 212)),
    "headings": lambda size: _over("# AWS\n", size),
    "sections": lambda size: "".join(f"## Requirements {n}\n\n- AWS {n}\n\n" for n in range(size // 30)),
    "table": lambda size: "|a|b|\n|-|-|\n" + _over("|AWS|must|\n", size),
    "links": lambda size: _over("[Kubernetes](https://example.com/a) ", size),
    "brackets": lambda size: _over("[", size),
    "open links": lambda size: _over("[a](", size),
    "stars": lambda size: _over("**a *b ", size),
    "misspelt names": lambda size: " ".join(f"kubernet{_letters(n)}" for n in range(size // 13)),
    "cut words": lambda size: _over("Kuber-\nnetes ", size),
    "half addresses": lambda size: _over("a.b+c-d@", size),
    "front matter": lambda size: "---\nrequirements:\n" + _over("- AWS\n", size) + "---\nx",
    "nested front matter": lambda size: "---\na: " + "[" * (size // 2) + "]" * (size // 2) + "\n---\nx",
    "HTML, nested": lambda size: _over("<div>Kubernetes", size),
    "HTML, nested lists": lambda size: _over("<ul><li>AWS ", size),
    "HTML, items": lambda size: "<ul>" + _over("<li>Kubernetes with Helm</li>", size),
    "HTML, line breaks": lambda size: "<p>" + _over("AWS or GCP<br>", size),
    "HTML, cells": lambda size: "<table>" + _over("<tr><td>AWS<td>req</tr>", size),
    "HTML, comments": lambda size: "<p>x" + _over("<!-- a -->", size),
    "JSON, nested": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "JSON-LD, skills": lambda size: _json('"skills":[' + _over('"AWS",', size) + '"AWS"]'),
    "JSON-LD, escaped HTML": lambda size: _json('"description":"' + _over("&lt;li&gt;AWS&lt;/li&gt;", size) + '"'),
}


def _over(text: str, size: int) -> str:
    return text * (size // len(text.encode()))


def _letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))


def _json(body: str) -> str:
    return f'{{"@type":"JobPosting","title":"DevOps",{body}}}'


def hostile_seconds(name: str, size: int, clock: Callable[[], float]) -> float:
    """Return how long a text of a shape and of about `size` bytes takes to be read."""
    source = clean(SHAPES[name](size), name)
    start = clock()
    understand(source)
    return clock() - start
