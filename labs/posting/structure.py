"""The meaning of a posting's parts: each piece of text with the section it belongs to, in any template."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from labs.posting.document import LIKE_HEADING, Block, Document, Form
from labs.posting.vocabulary import Section, vocabulary

MAX_HEADING_WORDS = 12
"""A longer heading is a sentence that lost its way (text above a line of dashes)."""

_MAX_LABEL_WORDS = 6
_COVER = 0.6
"""The share of a label's words that must be section words before plain text counts as a heading."""

_BULLET = re.compile(
    r"\s*(?:[•·▪▫◦●○■□►▶➤➢➜→✓✔✅☑★⭐❖♦–—*+-]|\d{1,2}[.)]|[^\w\s\"'(\[¡¿#]{1,3}(?=\s))[\ufe0f\s]*(?=\S)"  # noqa: RUF001
)
_LABEL = re.compile(r"\s*([^:\n(]{2,60}?)\s*:(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of text and the section it stands in."""

    section: Section
    block: Block


def pieces(document: Document) -> list[Piece]:
    """Return a posting's text in order, each piece with its section, front matter included."""
    found = list(_front_matter_pieces(document))
    found.extend(_walk(block for original in document.blocks for block in split(original)))
    return found


def section_of(text: str) -> tuple[Section, float]:
    """Return the section that a heading names, and the share of its words that say so."""
    known = vocabulary().sections
    tokens = known.tokens(text)
    hits = list(known.hits(tokens))
    if not hits or len(tokens) > MAX_HEADING_WORDS:
        return Section.UNKNOWN, 0.0
    best = max(hits, key=lambda hit: (hit.last - hit.first, hit.value is Section.NICE))
    covered = sum(hit.last - hit.first + 1 for hit in hits)
    return best.value, covered / len(tokens)


def split(block: Block) -> Iterator[Block]:
    """Yield a block as its author meant it: bullets and headings that Markdown does not know become blocks."""
    if block.form is Form.HEADING:
        yield _demoted(block)
        return
    run: list[str] = []
    numbers: list[int] = []
    form, level = block.form, block.level
    for line, number in zip(block.text.split("\n"), block.lines, strict=True):
        bullet = _BULLET.match(line)
        rest = line[bullet.end() :] if bullet else line
        # After a list item, Markdown takes an unmarked line for more of the item: only a colon tells a heading.
        may_head = block.form is Form.PARAGRAPH or (bool(run) and rest.rstrip().endswith(":"))
        heading = may_head and _looks_like_heading(rest)
        label = bool(run) and not bullet and _own_section(rest) is not Section.UNKNOWN
        if (bullet or heading or label) and run:
            yield Block(form, "\n".join(run), tuple(numbers), level)
            run, numbers = [], []
        if heading:
            yield Block(Form.HEADING, line, (number,), LIKE_HEADING)
            form, level = block.form, block.level
            continue
        if bullet:
            form, level = Form.ITEM, block.level + 1
        elif label:
            form, level = Form.PARAGRAPH, 0
        run.append(rest)
        numbers.append(number)
    if run:
        yield Block(form, "\n".join(run), tuple(numbers), level)


def _demoted(block: Block) -> Block:
    words = len(block.text.split())
    return replace(block, form=Form.PARAGRAPH, level=0) if words > MAX_HEADING_WORDS else block


def _looks_like_heading(line: str) -> bool:
    label = line.strip().rstrip(":").strip()
    if not label or len(label.split()) > _MAX_LABEL_WORDS:
        return False
    section, cover = section_of(label)
    return section is not Section.UNKNOWN and cover >= _COVER


def _front_matter_pieces(document: Document) -> Iterator[Piece]:
    for field in document.fields:
        section, _cover = section_of(field.key.replace("_", " "))
        if section is not Section.UNKNOWN and field.value.strip():
            lines = (field.line,) * (field.value.count("\n") + 1)
            yield Piece(section, Block(Form.ITEM, field.value, lines, 1))


def _walk(blocks: Iterable[Block]) -> Iterator[Piece]:
    headings: list[tuple[int, Section]] = []
    title_seen = False
    for block in blocks:
        if block.form is Form.HEADING:
            headings = [entry for entry in headings if entry[0] < block.level]
            section = Section.UNKNOWN if not title_seen and _is_title(block) else section_of(block.text)[0]
            title_seen = True
            if section is Section.UNKNOWN and headings:
                section = headings[-1][1]
            headings.append((block.level, section))
            yield Piece(section, block)
        else:
            yield Piece(_labelled(block, headings[-1][1] if headings else Section.UNKNOWN), block)


def _is_title(block: Block) -> bool:
    """A first heading that names a role is the post's title, whatever else it says."""
    nouns = vocabulary().role_nouns
    return any(token.word in nouns for token in vocabulary().sections.tokens(block.text))


def _labelled(block: Block, section: Section) -> Section:
    """Return the section of a text that begins with a label of its own ("Nice to have: Helm")."""
    named = _own_section(block.text)
    if named is Section.UNKNOWN:
        return section
    if block.form is Form.PARAGRAPH or section is Section.UNKNOWN or named is Section.NICE:
        return named
    return section


def _own_section(text: str) -> Section:
    label = _LABEL.match(text)
    if not label or len(label.group(1).split()) > _MAX_LABEL_WORDS:
        return Section.UNKNOWN
    section, cover = section_of(label.group(1))
    return section if cover >= _COVER else Section.UNKNOWN
