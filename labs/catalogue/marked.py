"""YAML that remembers its lines, so that a problem can be shown where the author wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from labs.catalogue.problems import Problem

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Step = str | int


@dataclass(frozen=True, slots=True)
class Marked:
    """A document: its plain data and the line of each place in it."""

    data: Any
    lines: dict[tuple[Step, ...], int]

    def line(self, place: Sequence[Step]) -> int:
        """The line of `place`, or of the nearest place around it that is in the file."""
        for length in range(len(place), -1, -1):
            if found := self.lines.get(tuple(place[:length])):
                return found
        return 1


def parse_documents(text: str, path: Path) -> tuple[list[Marked], list[Problem]]:
    """All documents of a YAML text but empty ones, and what is wrong with it: syntax, or a key given twice."""
    documents: list[Marked] = []
    problems: list[Problem] = []
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                break
            lines: dict[tuple[Step, ...], int] = {}
            problems += [Problem(path, line, message) for line, message in _walk(node, (), lines)]
            data = loader.construct_document(node)
            if data is not None:
                documents.append(Marked(data, lines))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.append(Problem(path, mark.line + 1 if mark else 0, f"not YAML: {error.problem or error.context}"))
    except yaml.YAMLError as error:
        problems.append(Problem(path, 0, f"not YAML: {error}"))
    finally:
        loader.dispose()
    return documents, problems


def parse_one(text: str, path: Path) -> tuple[Marked, list[Problem]]:
    """The one document of a YAML text; an empty mapping where there is none."""
    documents, problems = parse_documents(text, path)
    if len(documents) == 1 or problems:
        return documents[0] if documents else Marked({}, {}), problems
    return Marked({}, {}), [Problem(path, 0, f"holds {len(documents)} documents instead of one")]


def _walk(node: yaml.Node, place: tuple[Step, ...], lines: dict[tuple[Step, ...], int]) -> list[tuple[int, str]]:
    lines.setdefault(place, node.start_mark.line + 1)
    found: list[tuple[int, str]] = []
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            found += _walk(item, (*place, index), lines)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                found.append((line, f"the key {name!r} is given twice"))
            seen.add(name)
            lines[(*place, name)] = line
            found += _walk(value, (*place, name), lines)
    return found
