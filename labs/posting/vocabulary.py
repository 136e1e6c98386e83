"""The words by which a posting's parts, wishes, roles and levels are recognised, from data/vocabulary.yaml."""

from enum import StrEnum
from functools import cache

from pydantic import BaseModel, ConfigDict

from labs.posting.data import load_data
from labs.posting.phrases import Phrases
from labs.posting.text import words


class Section(StrEnum):
    """What a part of a posting is for."""

    MUST = "must"
    NICE = "nice"
    DUTY = "duty"
    SUMMARY = "summary"
    APTITUDES = "aptitudes"
    ABOUT = "about"
    BENEFITS = "benefits"
    APPLY = "apply"
    DETAILS = "details"
    NEGATED = "negated"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """Seniority, lowest first."""

    JUNIOR = "junior"
    SEMI_SENIOR = "semi-senior"
    SENIOR = "senior"
    LEAD = "lead"


class Cue(StrEnum):
    """What a sentence says about the requirements in it."""

    NICE = "nice"
    NEGATED = "negated"
    MUST = "must"
    SKILL = "skill"
    """Words that speak of what a person can do or has done ("experience with"): a wish even outside its section."""
    COMPANY = "company"
    ALTERNATIVES = "alternatives"


class Reach(StrEnum):
    """Where what a cue speaks of stands: what follows the cue, what precedes it, or the one else the other."""

    BEFORE = "before"
    AFTER = "after"
    EITHER = "either"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Roles(_Model):
    field: list[str]
    other: list[str]
    shared: list[str]
    trades: list[str]
    nouns: list[str]


class _Data(_Model):
    sections: dict[Section, list[str]]
    section_keywords: dict[Section, list[str]]
    subheading_words: list[str]
    light_words: list[str]
    condition_words: list[str]
    cues: dict[Cue, dict[Reach, list[str]]]
    alternative_words: list[str]
    joining_words: list[str]
    articles: list[str]
    prepositions: list[str]
    within_words: list[str]
    duty_verbs: list[str]
    state_verbs: list[str]
    own_words: list[str]
    your_words: list[str]
    contrast_words: list[str]
    roles: _Roles
    levels: dict[Level, list[str]]
    level_not_after: list[str]
    level_labels: list[str]
    label_levels: dict[Level, list[str]]
    range_words: list[str]
    term_words: list[str]
    years: list[str]
    number_words: dict[str, int]
    stopwords: dict[str, list[str]]


class Vocabulary:
    """The data, ready to be looked up."""

    def __init__(self, data: _Data) -> None:
        self.sections = Phrases.of(_ranked(data.sections))
        self.section_keywords = {
            section: frozenset(words(" ".join(texts))) for section, texts in data.section_keywords.items()
        }
        self.subheading_words = frozenset(words(" ".join(data.subheading_words)))
        self.light_words = frozenset(words(" ".join(data.light_words))).union(
            *(words(" ".join(data.stopwords[code])) for code in ("en", "es", "pt"))
        )
        self.condition_words = frozenset(words(" ".join(data.condition_words)))
        self.cues = Phrases.of({(cue, reach): texts for cue, by in data.cues.items() for reach, texts in by.items()})
        self.alternative_words = frozenset(word for text in data.alternative_words for word in words(text))
        self.joining_words = frozenset(word for text in data.joining_words for word in words(text))
        self.articles = frozenset(data.articles)
        self.prepositions = frozenset(words(" ".join(data.prepositions)))
        self.within_words = frozenset(words(" ".join(data.within_words))) | self.prepositions
        self.duty_verbs = frozenset(words(" ".join(data.duty_verbs)))
        self.state_verbs = frozenset(words(" ".join(data.state_verbs)))
        self.own_words = frozenset(words(" ".join(data.own_words)))
        self.your_words = frozenset(words(" ".join(data.your_words)))
        self.contrast_words = frozenset(phrase[0] for text in data.contrast_words if len(phrase := words(text)) == 1)
        self.contrasts = Phrases.of({True: data.contrast_words})
        self.field_roles = Phrases.of({True: data.roles.field})
        self.shared_roles = frozenset(words(text) for text in data.roles.shared)
        self.trade_nouns = frozenset(words(" ".join(data.roles.trades)))
        self.other_roles = Phrases.of({True: data.roles.other})
        self.role_nouns = frozenset(word for text in data.roles.nouns for word in words(text))
        self.levels = Phrases.of(data.levels)
        self.level_not_after = frozenset(words(" ".join(data.level_not_after)))
        self.label_levels = {
            word: level for level, texts in data.label_levels.items() for word in words(" ".join(texts))
        }
        self.term_words = frozenset(words(" ".join(data.term_words)))
        self.range_words = frozenset(words(" ".join(data.range_words)))
        self.level_labels = frozenset(words(text) for text in data.level_labels)
        self.years = frozenset(words(" ".join(data.years)))
        self.number_words = {word: number for text, number in data.number_words.items() for word in words(text)}
        self.stopwords = {code: frozenset(words(" ".join(texts))) for code, texts in data.stopwords.items()}


_RANK = (Section.NEGATED, Section.NICE, Section.MUST, Section.DUTY, Section.APTITUDES, Section.BENEFITS, Section.APPLY)


def _ranked(sections: dict[Section, list[str]]) -> dict[Section, list[str]]:
    """Return the sections so that of two equal phrases the one with the strongest meaning counts."""
    order = [*_RANK, *(section for section in sections if section not in _RANK)]
    return {section: sections[section] for section in order if section in sections}


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with Taller, read once."""
    return Vocabulary(_Data.model_validate(load_data("vocabulary.yaml")))
