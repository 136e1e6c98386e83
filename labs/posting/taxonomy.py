"""Everything that a posting of this field can ask for, from data/taxonomy.yaml, checked as it is read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from labs.core.errors import InputError
from labs.core.ids import RequirementId
from labs.posting.data import load_data
from labs.posting.phrases import Phrases
from labs.posting.spelling import Spelling
from labs.posting.text import words

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*")
_MIN_PLURAL_LETTERS = 3
_MIN_SINGULAR_LETTERS = 6
_SINGULARS = {"ss": "ss", "ões": "ão", "ciones": "ción", "ies": "y", "ores": "or", "dades": "dad", "s": ""}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EvidenceKind(StrEnum):
    """What shows that somebody can do something."""

    HANDS_ON = "hands-on"
    WRITTEN = "written"
    DECLARED = "declared"


class When(_Model):
    """Names that count only beside something else: `with` lists requirement ids (or parts of them) and plain words.

    Beside is in the same item or the items it stands in; `anywhere` also counts ids named anywhere in the posting.
    """

    names: tuple[str, ...]
    exact: bool = False
    companions: tuple[str, ...]
    anywhere: bool = False

    @model_validator(mode="before")
    @classmethod
    def _with(cls, data: Any) -> Any:
        return {("companions" if key == "with" else key): value for key, value in dict(data).items()}


class Entry(_Model):
    """One requirement, as data/taxonomy.yaml describes it."""

    names: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    es: tuple[str, ...] = ()
    pt: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    when: tuple[When, ...] = ()
    never: tuple[str, ...] = ()
    person: bool = False
    evidence: EvidenceKind | None = None
    group: bool = False
    includes: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    family: str = ""

    @model_validator(mode="after")
    def _named(self) -> "Entry":
        if not next(self.every_name(), ""):
            raise ValueError("has no name by which it could be found")
        return self

    @property
    def shown_by(self) -> EvidenceKind:
        """What shows it."""
        return self.evidence or (EvidenceKind.DECLARED if self.person else EvidenceKind.HANDS_ON)

    def every_name(self) -> Iterator[str]:
        """Yield all names, the proper ones first."""
        yield from self.names
        yield from self.exact
        yield from self.inside
        for own in (self.en, self.es, self.pt):
            yield from own
        for when in self.when:
            yield from when.names


class _File(_Model):
    requirements: dict[str, Entry]
    not_misspelt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase may mean: a requirement, perhaps only with these capitals or beside one of these companions."""

    requirement: RequirementId
    exact: str = ""
    inside: bool = False
    """Whether the capitals say nothing at the start of a sentence (Go ahead; decent Go)."""
    companions: tuple[str, ...] = ()
    anywhere: bool = False
    """Whether a companion anywhere in the posting is enough."""


class Taxonomy:
    """The requirements by id, and the phrases by which they are found."""

    def __init__(self, entries: Mapping[str, Entry], not_misspelt: Iterable[str] = ()) -> None:
        self.entries: dict[RequirementId, Entry] = {RequirementId(id_): entry for id_, entry in entries.items()}
        self._not_misspelt = tuple(not_misspelt)

    @cached_property
    def spelling(self) -> Spelling:
        """The proper names: single words that the data writes with a capital."""
        names = {
            folded[0]: id_
            for id_, entry in self.entries.items()
            for name in (*entry.names, *entry.exact)
            if name[:1].isupper() and len(folded := words(name)) == 1
        }
        return Spelling(names, words(" ".join(self._not_misspelt)))

    @cached_property
    def phrases(self) -> Phrases[tuple[Sense, ...]]:
        """Every name with its senses; a phrase without senses is one that must not match."""
        table: dict[tuple[str, ...], tuple[Sense, ...]] = {}
        for entry in self.entries.values():
            for phrase in _never(entry):
                table.setdefault(phrase, ())
        for id_, entry in self.entries.items():
            for name, sense in _senses(id_, entry):
                plain = words(name)
                for phrase in {plain} if sense.exact else variants(plain):
                    known = table.get(phrase, ())
                    if phrase and sense not in known:
                        # Names that count anywhere give way to those that need a companion.
                        table[phrase] = (sense, *known) if sense.companions or sense.exact else (*known, sense)
        return Phrases(table)

    @cached_property
    def choices(self) -> frozenset[str]:
        """The requirements whose parts are tools that do the same, of which one knows one (observability)."""
        families: dict[tuple[str, str], int] = {}
        for id_, entry in self.entries.items():
            parent = id_.rpartition(".")[0]
            if parent and entry.family:
                families[parent, entry.family] = families.get((parent, entry.family), 0) + 1
        return frozenset(parent for (parent, _), count in families.items() if count > 1)

    @cached_property
    def anywhere_words(self) -> frozenset[str]:
        """The first words of names that a companion anywhere in the posting decides on."""
        return frozenset(
            folded[0]
            for entry in self.entries.values()
            for when in entry.when
            if when.anywhere
            for name in when.names
            if (folded := words(name))
        )

    def title(self, id_: str, language: str) -> str:
        """Return the requirement's name for people, in English or Spanish (or Portuguese)."""
        entry = self.entries.get(RequirementId(id_))
        if entry is None:
            return id_
        if not entry.en:
            return next(entry.every_name())
        return ({"es": entry.es, "pt": entry.pt}.get(language) or entry.en)[0]

    def belongs_to_group(self, id_: str, group: str) -> bool:
        """Whether asking for `id_` makes the mention of the category `group` a mere title."""
        return id_ != group and any(within(id_, part) for part in (group, *self.entries[RequirementId(group)].includes))


def within(id_: str, ancestor: str) -> bool:
    """Whether requirement `id_` is `ancestor` or a part of it (kubernetes.rbac is within kubernetes)."""
    return id_ == ancestor or id_.startswith(f"{ancestor}.")


def _senses(id_: RequirementId, entry: Entry) -> Iterator[tuple[str, Sense]]:
    for name in (*entry.names, *entry.en, *entry.es, *entry.pt):
        yield name, Sense(id_)
    for name in (*entry.en, *entry.es, *entry.pt):
        if one := singular(name):
            yield one, Sense(id_)
    for name in entry.exact:
        yield name, Sense(id_, exact=name)
    for name in entry.inside:
        yield name, Sense(id_, exact=name, inside=True)
    for when in entry.when:
        for name in when.names:
            exact = name if when.exact else ""
            yield name, Sense(id_, exact=exact, companions=when.companions, anywhere=when.anywhere)


def singular(name: str) -> str:
    """Return a common noun that a name gives in the plural, in the singular; empty when it has none to tell.

    Right for most English, Spanish and Portuguese nouns; a wrong form is a word that nobody writes.
    """
    for ending, one in _SINGULARS.items():
        if name.endswith(ending) and len(name) >= _MIN_SINGULAR_LETTERS:
            return name.removesuffix(ending) + one
    return ""


def _never(entry: Entry) -> Iterator[tuple[str, ...]]:
    for text in entry.never:
        if phrase := words(text):
            yield phrase


def variants(phrase: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return a phrase with the plurals that English, Spanish and Portuguese make of it."""
    if not phrase:
        return set()
    first, last = _plurals(phrase[0]), _plurals(phrase[-1])
    found = {phrase}
    if len(phrase) == 1:
        return found | {(word,) for word in first}
    found |= {(word, *phrase[1:]) for word in first} | {(*phrase[:-1], word) for word in last}
    return found | {(one, *phrase[1:-1], other) for one in first for other in last}


def _plurals(word: str) -> set[str]:
    if len(word) < _MIN_PLURAL_LETTERS or not word[-1].isalpha() or word[-1] == "s":
        return set()
    found = {f"{word}s"}
    if word.endswith(("cao", "sao")):
        found.add(f"{word[:-2]}oes")
    elif word.endswith("y"):
        found.add(f"{word[:-1]}ies")
    elif word.endswith("z"):
        found.add(f"{word[:-1]}ces")
    elif word.endswith("al"):
        found |= {f"{word}es", f"{word[:-1]}is"}
    elif word[-1] not in "aeiou":
        found.add(f"{word}es")
    return found


def parse_taxonomy(data: Any) -> Taxonomy:
    """Return the taxonomy that `data` describes. Raises InputError that names every wrong entry."""
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise _invalid(problems) from error
    if problems := list(_problems(file.requirements)):
        raise _invalid(problems)
    return Taxonomy(file.requirements, file.not_misspelt)


def _problems(entries: Mapping[str, Entry]) -> Iterator[str]:
    for id_, entry in entries.items():
        if not _ID.fullmatch(id_):
            yield f"{id_}: an id is lower-case words, with hyphens inside and dots between"
        for included in (*entry.includes, *entry.kin, *entry.tools):
            if included not in entries:
                yield f"{id_}: includes {included!r}, which is no requirement"
        if entry.includes and not entry.group:
            yield f"{id_}: only a group includes others"
    owner: dict[tuple[str, ...], str] = {}
    for id_, entry in entries.items():
        for name in (*entry.names, *entry.en, *entry.es, *entry.pt):
            phrase = words(name)
            if not phrase:
                yield f"{id_}: {name!r} holds no letter or digit"
            elif owner.setdefault(phrase, id_) != id_:
                yield f"{id_}: {name!r} is a name of {owner[phrase]} as well"


def _invalid(problems: list[str]) -> InputError:
    return InputError("The taxonomy is wrong:\n" + "\n".join(f"  {problem}" for problem in problems), hint="Mend it.")


@cache
def evidence_of(id_: str) -> tuple[str, ...]:
    """Return the requirement and what shows it as well: its examples, or what belongs to the category that it is."""
    entry = taxonomy().entries.get(RequirementId(id_))
    return (id_, *entry.kin, *entry.includes, *entry.tools) if entry is not None else (id_,)


@cache
def taxonomy() -> Taxonomy:
    """Return the taxonomy that ships with Taller, read once."""
    return parse_taxonomy(load_data("taxonomy.yaml"))
