"""The meaning of a posting's parts: each piece of text with the section it belongs to, in any template."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from labs.posting.blocks import LIKE_HEADING, Block, Document, Form
from labs.posting.headings import MAX_LEAD_WORDS, divides, own_section, section_of
from labs.posting.lines import split
from labs.posting.order import by_order
from labs.posting.piece import Piece
from labs.posting.text import tokens
from labs.posting.vocabulary import Cue, Section, vocabulary

NamesRequirement = Callable[[str], bool]
"""Whether a text names something of the field."""

_TITLE_COVER = 0.5
_LEAD_WORDS = 10
"""A line without a colon that stands above a list is its title when it is no longer than this."""


def pieces(document: Document, names_requirement: NamesRequirement = lambda _: False) -> list[Piece]:
    """Return a posting's text in order, each piece with its section, front matter included."""
    found = list(_front_matter_pieces(document))
    blocks = [block for original in document.blocks for block in split(original, names_requirement)]
    walk = _Walk(names_requirement)
    for block, following in zip_longest(blocks, blocks[1:]):
        found.append(Piece(walk.section(block, following), block))
    return by_order(found)


def _front_matter_pieces(document: Document) -> Iterator[Piece]:
    for entry in document.fields:
        section, _cover = section_of(entry.key.replace("_", " "))
        if section is not Section.UNKNOWN and entry.value.strip():
            lines = (entry.line,) * (entry.value.count("\n") + 1)
            yield Piece(section, Block(Form.ITEM, entry.value, lines, 1))


@dataclass(slots=True)
class _Walk:
    """Which sections are open while the blocks go by."""

    names_requirement: NamesRequirement
    headings: list[tuple[int, Section]] = field(default_factory=list)
    title_seen: bool = False
    listed: bool = False
    """Whether the open section holds a list item."""
    leads: list[tuple[int, Section]] = field(default_factory=list)
    """Sentences that announce a list, with the depth of what they announce."""

    def section(self, block: Block, following: Block | None) -> Section:
        """Return the section of the next block."""
        if block.form is Form.HEADING:
            return self._open(block)
        current = self.headings[-1][1] if self.headings else Section.UNKNOWN
        if block.form is Form.PARAGRAPH:
            self.leads = []
            if self.listed and (current is Section.NEGATED or (current is Section.NICE and self._is_loose())):
                current = Section.UNKNOWN  # prose below the list of what is not asked for speaks of something else
            if following is not None and following.form is Form.ITEM and _announces(block):
                lead = lead_section(block.text)
                self.leads = [(1, lead)] if lead is not Section.UNKNOWN else []
                return lead if lead is not Section.UNKNOWN else current
            return _labelled(block, current)
        self.listed = True
        self.leads = [entry for entry in self.leads if entry[0] <= block.level]
        inside = self.leads[-1][1] if self.leads else current
        if following is not None and following.form is Form.ITEM and following.level > block.level:
            lead = lead_section(block.text) if block.text.rstrip().endswith(":") else Section.UNKNOWN
            if lead is not Section.UNKNOWN:
                self.leads.append((block.level + 1, lead))
                return lead
        return _labelled(block, inside)

    def _is_loose(self) -> bool:
        """Whether the open section began with a line that only looks like a heading: nothing says where it ends."""
        return self.headings[-1][0] == LIKE_HEADING

    def _open(self, block: Block) -> Section:
        self.leads, self.listed = [], False
        previous = self.headings[-1][1] if self.headings else Section.UNKNOWN
        section = Section.UNKNOWN if _is_title(block, first=not self.title_seen) else section_of(block.text)[0]
        self.title_seen = True
        if (
            section is Section.UNKNOWN
            and not names_role(block.text)
            and (divides(block.text) or self.names_requirement(block.text))
        ):
            # "Cloud" below "Requirements": the section goes on, whatever the heading's level.
            return previous
        self.headings = [entry for entry in self.headings if entry[0] < block.level]
        if section is Section.UNKNOWN and self.headings:
            section = self.headings[-1][1]
        self.headings.append((block.level, section))
        return section


def lead_section(text: str) -> Section:
    """Return the section of the list that a sentence announces ("Any of these is a plus:")."""
    known = vocabulary()
    turn = max((hit.start for hit in known.contrasts.hits(tokens(text))), default=0)
    if turn and (section := lead_section(text[turn:].split(maxsplit=1)[-1])) is not Section.UNKNOWN:
        return section  # "You need not have all, but these are essential:"
    found = {hit.value[0] for hit in known.cues.hits(tokens(text))}
    if Cue.NEGATED in found:
        return Section.NEGATED
    if Cue.NICE in found:
        return Section.NICE
    section, _cover = section_of(text, max_words=MAX_LEAD_WORDS)
    return section


def _announces(block: Block) -> bool:
    text = block.text.strip()
    if text.endswith(":"):
        return len(text.split()) <= MAX_LEAD_WORDS
    return len(text.split()) <= _LEAD_WORDS and not text.endswith((".", ";", ",", "!"))


def _is_title(block: Block, *, first: bool) -> bool:
    """A first heading that names a role is the post's title, whatever else it says; a later one if it says little."""
    if first:
        nouns = vocabulary().role_nouns
        return any(token.word in nouns for token in tokens(block.text))
    return names_role(block.text) and section_of(block.text)[1] < _TITLE_COVER


def names_role(text: str) -> bool:
    """Whether a text names a role of this field."""
    return next(vocabulary().field_roles.hits(tokens(text)), None) is not None


def _labelled(block: Block, section: Section) -> Section:
    """Return the section of a text that begins with a label of its own ("Nice to have: Helm")."""
    named = own_section(block.text)
    if named is Section.UNKNOWN:
        return section
    if block.form is Form.PARAGRAPH or section is Section.UNKNOWN or named is Section.NICE:
        return named
    return section
