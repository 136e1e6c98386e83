"""What a list under a heading that says nothing is, by where it stands: postings name their parts in a usual order."""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from labs.posting.blocks import Form
from labs.posting.piece import Piece, begins_with_a_task
from labs.posting.text import tokens
from labs.posting.vocabulary import Section

_MIN_ITEMS = 2
_MIN_GERUND = 6
_LOOSE = (Section.UNKNOWN, Section.DUTY)
"""Headings that may have been understood by a word like "you'll" alone."""

_READER = re.compile(r"\s*you(?!\s+(?:will|would|can|get|may)\b|['\u2019](?:ll|d)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading's section and the items below it, up to the next heading."""

    section: Section
    items: tuple[int, ...]
    """Their places among the pieces."""
    title: str = ""


def by_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces, lists of unknown meaning told by their neighbours.

    What follows the requirements, where nothing else is an advantage, is one; what precedes the advantages, or follows
    the duties, where nothing else is required, is required. A list of tasks stays as it is.
    """
    parts = list(_parts(pieces))
    told: dict[int, Section] = {}
    titles: dict[str, Section] = {}
    sections = {piece.section for piece in pieces}
    for index, part in enumerate(parts):
        before = told.get(index - 1, parts[index - 1].section) if index else Section.UNKNOWN
        after = parts[index + 1].section if index + 1 < len(parts) else Section.UNKNOWN
        # A posting that stands there twice says the same twice.
        section = titles.get(part.title) or _told(part, pieces, (before, after), sections | set(told.values()))
        if section is not None:
            told[index] = section
            titles.setdefault(part.title, section)
    found = list(pieces)
    for index, section in told.items():
        for place in parts[index].items:
            found[place] = replace(found[place], section=section)
    return found


def _told(
    part: _Part, pieces: Sequence[Piece], around: tuple[Section, Section], known: AbstractSet[Section]
) -> Section | None:
    """Return what a part must be, given the sections around it and those that the posting has; None when unsure."""
    before, after = around
    if Section.MUST not in known and part.section in _LOOSE and _is_about_the_reader(part, pieces):
        return Section.MUST  # "You'll feel at home here": You know Linux; You have written Go
    if part.section is not Section.UNKNOWN:
        return None
    if _is_list_of_tasks(part, pieces):
        return Section.DUTY
    if before is Section.MUST and Section.NICE not in known:
        return Section.NICE
    if Section.MUST not in known and (after is Section.NICE or before is Section.DUTY):
        return Section.MUST
    return None


def _parts(pieces: Sequence[Piece]) -> Iterator[_Part]:
    section, items, mixed, title = Section.UNKNOWN, list[int](), True, ""
    for place, piece in enumerate(pieces):
        if piece.block.form is Form.HEADING:
            yield from _part(section, items, title, mixed=mixed)
            section, items, mixed, title = piece.section, [], False, piece.block.text
        elif piece.block.form is Form.ITEM:
            items.append(place)
            mixed |= piece.section is not section
    yield from _part(section, items, title, mixed=mixed)


def _part(section: Section, items: Sequence[int], title: str, *, mixed: bool) -> Iterator[_Part]:
    if len(items) >= _MIN_ITEMS:
        # What its own words have told already is told.
        yield _Part(Section.DETAILS if mixed and section is Section.UNKNOWN else section, tuple(items), title)


def _is_list_of_tasks(part: _Part, pieces: Sequence[Piece]) -> bool:
    return _most(part, pieces, lambda text: begins_with_a_task(text) or _begins_with_a_gerund(text))


def _begins_with_a_gerund(text: str) -> bool:
    """Whether it says what somebody does ("Reviewing merge requests"), not what they have ("Understanding of")."""
    first, second = ([token.word for token in tokens(text)] + ["", ""])[:2]
    return len(first) >= _MIN_GERUND and first.endswith("ing") and second not in ("of", "knowledge", "skills", "")


def _is_about_the_reader(part: _Part, pieces: Sequence[Piece]) -> bool:
    """Whether its items say what the reader is like ("You write Go"), not what they will do ("You will write Go")."""
    return _most(part, pieces, lambda text: _READER.match(text) is not None)


def _most(part: _Part, pieces: Sequence[Piece], holds: Callable[[str], bool]) -> bool:
    return 2 * sum(holds(pieces[place].block.text) for place in part.items) > len(part.items)
