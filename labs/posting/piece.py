"""A piece of a posting's text and the section it stands in."""

import re
from dataclasses import dataclass

from labs.posting.blocks import Block
from labs.posting.text import tokens
from labs.posting.vocabulary import Section, vocabulary


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of text and the section it stands in."""

    section: Section
    block: Block


_INFINITIVE = re.compile(r"[a-z]{3,}(?:ar|er|ir)(?:se|lo|la|los|las)?")
"""How Spanish and Portuguese name a task."""


def begins_with_a_task(text: str) -> bool:
    """Whether an item begins with what somebody will do ("Maintain ...", "Configurar ..."), not with what they know."""
    known = vocabulary()
    first = next(iter(tokens(text)), None)
    if first is None or first.word in known.state_verbs:
        return False
    return first.word in known.duty_verbs or _INFINITIVE.fullmatch(first.word) is not None
