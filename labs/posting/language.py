"""Which language a posting is written in, told from its commonest words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from labs.posting.vocabulary import vocabulary

READ = ("en", "es", "pt")
"""Languages whose wording is understood; of others only proper names are."""

UNKNOWN = "und"
_MIN_SHARE = 0.06
"""Running text has a quarter to a half of such words; a bare list of tools has none."""

_MIN_WORDS = 8
_SAMPLE = 3000


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639 code (`und` when it cannot be told), and whether its wording is understood."""

    code: str
    understood: bool


def detect_language(words: Sequence[str], text: str = "") -> Language:
    """Return the language of a text, given its folded words and the text itself.

    The commonest words of the languages that are read decide; only where they are missing is the rest of the world's
    languages considered, which takes a second.
    """
    counts = Counter(words)
    total = sum(counts.values())
    scores = {code: sum(counts[w] for w in known) for code, known in vocabulary().stopwords.items()}
    best = max(scores, key=lambda code: (scores[code], code in READ))
    kinds = sum(word in counts for word in vocabulary().stopwords[best])
    if total and scores[best] >= total * _MIN_SHARE and kinds > 1:
        return Language(best, best in READ)
    return _of_the_world(text)


def _of_the_world(text: str) -> Language:
    if sum(word[:1].islower() or not word.isascii() for word in text.split()) < _MIN_WORDS:
        return Language(UNKNOWN, understood=False)  # a list of names: they are the same everywhere
    import py3langid  # type: ignore[import-untyped]  # noqa: PLC0415 - see above

    code = str(py3langid.classify(text[:_SAMPLE])[0])
    return Language(code, code in READ)
