"""What a heading announces: the section whose words it says."""

import re

from labs.posting.text import tokens
from labs.posting.vocabulary import Section, vocabulary

MAX_HEADING_WORDS = 12
"""A longer heading is a sentence that lost its way (text above a line of dashes)."""

MAX_LABEL_WORDS = 6
MAX_LEAD_WORDS = 20
COVER = 0.6
"""The share of a label's words that must be section words before plain text counts as a heading."""

_ABOUT_NAME = re.compile(r"\W*(?:About|Sobre|Acerca de)(?: (?:the|a|o|la|el|las|los))? [A-Z]\w+(?: [A-Z&]\w*)*\W*")
"""A label that announces a company by its name."""

_LABEL = re.compile(r"\s*([^:\n(]{2,60}?)\s*:(?=\s|$)")


def section_of(text: str, *, max_words: int = MAX_HEADING_WORDS) -> tuple[Section, float]:
    """Return the section that a heading names, and the share of its words that say so."""
    known = vocabulary()
    text_tokens = tokens(text)
    if len(text_tokens) > max_words:
        return Section.UNKNOWN, 0.0
    hits = list(known.sections.hits(text_tokens))
    if hits:
        best = max(hits, key=lambda hit: (hit.last - hit.first, hit.value is Section.NICE))
        if best.value is Section.MUST and best.last == best.first and text_tokens[0].word in known.condition_words:
            return Section.NICE, 1.0 / len(text_tokens)  # "Si encima tenés esto": under a condition it is no must
        covered = sum(hit.last - hit.first + 1 for hit in hits)
        return best.value, covered / len(text_tokens)
    words = {token.word for token in text_tokens}
    for section, keywords in known.section_keywords.items():
        if found := words & keywords:
            return section, len(found) / len(text_tokens)
    if text_tokens and text_tokens[0].word in known.condition_words:
        return Section.NICE, 1 / len(text_tokens)
    return Section.UNKNOWN, 0.0


def says_little_else(text: str, *, share: float) -> bool:
    """Whether that share of a line's words names a section or means nothing ("Lo que sí o sí necesitas")."""
    known = vocabulary()
    text_tokens = tokens(text)
    named = {index for hit in known.sections.hits(text_tokens) for index in range(hit.first, hit.last + 1)}
    if not named:
        keywords = frozenset[str]().union(*known.section_keywords.values())
        named = {index for index, token in enumerate(text_tokens) if token.word in keywords}
    light = {index for index, token in enumerate(text_tokens) if token.word in known.light_words}
    return bool(named) and len(named | light) >= share * len(text_tokens)


def names_section(text: str) -> bool:
    """Whether a short text is a section's name and little else."""
    section, cover = section_of(text)
    return section is not Section.UNKNOWN and cover >= COVER


def own_section(text: str) -> Section:
    """Return the section that a text's own label names ("Nice to have: Helm")."""
    label = _LABEL.match(text)
    if not label or len(label.group(1).split()) > MAX_LABEL_WORDS:
        return Section.UNKNOWN
    if _ABOUT_NAME.fullmatch(label.group(1)):
        return Section.ABOUT
    section, cover = section_of(label.group(1))
    return section if cover >= COVER else Section.UNKNOWN


def divides(text: str) -> bool:
    """Whether a heading only divides the section that it stands in ("Cloud", "Languages and tools")."""
    known = vocabulary()
    words = [token.word for token in tokens(text) if token.word not in known.joining_words]
    return bool(words) and all(word in known.subheading_words for word in words)
