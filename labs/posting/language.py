"""Which language a posting is written in, told from its commonest words."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from labs.posting.vocabulary import vocabulary

READ = ("en", "es", "pt")
"""Languages whose wording is understood; of others only proper names are."""

UNKNOWN = "und"
_MIN_SHARE = 0.06
"""Running text has a quarter to a half of such words; a bare list of tools has none."""


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639 code (`und` when it cannot be told), and whether its wording is understood."""

    code: str
    understood: bool


def detect_language(words: Iterable[str]) -> Language:
    """Return the language of a text, given its folded words."""
    counts = Counter(words)
    total = sum(counts.values())
    scores = {code: sum(counts[w] for w in known) for code, known in vocabulary().stopwords.items()}
    best = max(scores, key=lambda code: (scores[code], code in READ))
    if not total or scores[best] < total * _MIN_SHARE:
        return Language(UNKNOWN, understood=False)
    return Language(best, best in READ)
