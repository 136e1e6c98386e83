"""Three-valued logic: yes, no, and why it cannot be said."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One text for people, in both languages."""

    en: str
    es: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Yes or no, or (`is_yes` None) unknown for the reasons given. As a bool it would hide the unknown."""

    is_yes: bool | None
    doubts: tuple[Words, ...] = ()

    def __bool__(self) -> bool:
        raise TypeError("compare with YES or NO: a Truth has three values")

    @property
    def is_unknown(self) -> bool:
        """Whether it cannot be said."""
        return self.is_yes is None


YES = Truth(is_yes=True)
NO = Truth(is_yes=False)


def unknown(en: str, es: str) -> Truth:
    """Unknown, for one reason."""
    return Truth(None, (Words(en, es),))


def truth_of(value: bool) -> Truth:  # noqa: FBT001 - it is the value itself
    """YES or NO."""
    return YES if value else NO


def negated(truth: Truth) -> Truth:
    """The opposite; what is unknown stays unknown."""
    return truth if truth.is_unknown else truth_of(not truth.is_yes)


def any_of(truths: Iterable[Truth]) -> Truth:
    """YES when one is, NO when all are; otherwise unknown for the reasons of those that are."""
    doubts: list[Words] = []
    for truth in truths:
        if truth.is_yes:
            return YES
        doubts.extend(truth.doubts)
    return Truth(None, tuple(dict.fromkeys(doubts))) if doubts else NO


def all_of(truths: Iterable[Truth]) -> Truth:
    """NO when one is, YES when all are; otherwise unknown for the reasons of those that are."""
    return negated(any_of(negated(truth) for truth in truths))
