"""Converge, then hold: when to look again at something, and when to believe it.

A thing passes when it was seen good for `hold_seconds` on end, in many looks. It fails when two looks in a row, the
last of them begun after the deadline, saw it bad; or when past the deadline it turned good and bad again twice (it
flaps). When nothing can be seen for `patience_seconds` on end, it is inconclusive: trouble of ours is never a
candidate's failure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grading.findings import Finding, UndecidableError, Verdict, Words
from labs.core.errors import TallerError
from labs.core.ports import Clock

FIRST_INTERVAL_SECONDS = 0.5
"""Before a second look: longer than a hiccup, short enough for a grade of a settled lab in a few seconds."""
INTERVAL_GROWTH = 1.5
LONGEST_INTERVAL_SECONDS = 2.0
"""A fix is seen at most so long after it took effect."""
HOLD_LOOKS = 8
"""Looks, at least the usual interval apart, that a hold is spread over: what comes and goes meanwhile must be seen."""
LATE_HOLDS = 2
"""So often something may come good after the deadline and not hold."""
FLAPS = 2
"""Broken holds from which on the reason tells that it did not hold: one may be a rollout's."""
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Terms:
    """How long to hold, and how long to go on when nothing can be seen; seconds."""

    hold_seconds: float
    patience_seconds: float


@dataclass(frozen=True, slots=True)
class Unseen:
    """A look that saw nothing. `final` when looking again will not help."""

    reason: Words
    final: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One look: begun and ended (epoch seconds), what it saw, and the deadline (of use only when that was bad)."""

    began: float
    ended: float
    sighting: Finding | Unseen
    deadline: float = NEVER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it in the end. `finding` is the last evidence seen, None when there never was any."""

    verdict: Verdict
    reason: Words
    finding: Finding | None = None


class Convergence:
    """The rules of this module's first paragraph as a state machine: feed it looks until it has an outcome."""

    def __init__(self, terms: Terms, *, started: float) -> None:
        self.outcome: Outcome | None = None
        self.next_at = started
        self._terms = terms
        self._interval = FIRST_INTERVAL_SECONDS
        self._unseen_since: float | None = None
        self._held_since: float | None = None
        self._bad_looks = 0
        self._breaks = 0
        self._late_breaks = 0
        self._evidence: Finding | None = None

    def observe(self, look: Look) -> None:
        """Take one look into account: afterwards there is an outcome, or `next_at` says when to look again."""
        if isinstance(look.sighting, Unseen):
            self._observe_nothing(look, look.sighting)
        else:
            self._unseen_since = None
            self._evidence = look.sighting
            if look.sighting.passed:
                self._observe_good(look, look.sighting)
            else:
                self._observe_bad(look, look.sighting)

    def _observe_nothing(self, look: Look, unseen: Unseen) -> None:
        self._held_since = None
        if self._unseen_since is None:
            self._unseen_since = look.began
        if unseen.final or look.ended >= self._unseen_since + self._terms.patience_seconds:
            self.outcome = Outcome(Verdict.INCONCLUSIVE, unseen.reason, self._evidence)
        self._look_again(look.ended)

    def _observe_good(self, look: Look, finding: Finding) -> None:
        self._bad_looks = 0
        if self._held_since is None:
            self._held_since = look.ended
        holds_at = self._held_since + self._terms.hold_seconds
        if self._terms.hold_seconds == 0 or look.began >= holds_at:
            self.outcome = Outcome(Verdict.PASSED, finding.reason, finding)
        every = max(FIRST_INTERVAL_SECONDS, self._terms.hold_seconds / HOLD_LOOKS)
        self.next_at = min(look.ended + every, max(look.ended, holds_at))

    def _observe_bad(self, look: Look, finding: Finding) -> None:
        broke = self._held_since is not None
        self._held_since = None
        self._bad_looks += 1
        overdue = look.began >= look.deadline
        self._breaks += broke
        self._late_breaks += broke and overdue
        if self._late_breaks >= LATE_HOLDS or (overdue and self._bad_looks > 1):
            flaps = self._breaks >= FLAPS
            reason = _did_not_hold(finding, self._terms.hold_seconds) if flaps else finding.reason
            self.outcome = Outcome(Verdict.FAILED, reason, finding)
        self._look_again(look.ended, no_later_than=look.deadline)

    def _look_again(self, now: float, *, no_later_than: float = NEVER) -> None:
        self.next_at = now + self._interval
        if no_later_than > now:
            self.next_at = min(self.next_at, no_later_than)
        self._interval = min(self._interval * INTERVAL_GROWTH, LONGEST_INTERVAL_SECONDS)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to judge. `look` gives evidence or raises; `deadline` (epoch seconds) is asked only after bad news."""

    look: Callable[[], Finding]
    deadline: Callable[[], float]
    terms: Terms


def converge(tasks: Sequence[Task], clock: Clock) -> list[Outcome]:
    """The outcome of every task, in order. Raises nothing: what a look raises makes its task inconclusive.

    The tasks take turns in the calling thread, so that their waits overlap while probes and readers serve one caller.
    """
    started = clock.now()
    running = [(task, Convergence(task.terms, started=started)) for task in tasks]
    while waiting := [pair for pair in running if pair[1].outcome is None]:
        task, convergence = min(waiting, key=lambda pair: pair[1].next_at)
        pause = convergence.next_at - clock.now()
        if pause > 0:
            clock.sleep(pause)
        convergence.observe(_look(task, clock))
    return [convergence.outcome for _, convergence in running if convergence.outcome is not None]


def sighting(look: Callable[[], Finding]) -> Finding | Unseen:
    """What one look gave. The one place where any exception is caught.

    A scenario's check function, and any slip of ours on odd objects that a candidate made, may raise anything. All of
    it is our trouble, says nothing about the candidate, and must not keep the other checks from running.
    """
    try:
        return look()
    except TallerError as error:
        return Unseen(
            Words(f"Could not look: {error.message}", f"No se pudo mirar: {error.message}"),
            final=isinstance(error, UndecidableError),
        )
    except Exception as error:  # noqa: BLE001  the outermost edge between grading and what it runs; see above
        name = f"{type(error).__name__}: {error}"
        return Unseen(
            Words(f"The check itself broke ({name}).", f"La propia comprobación falló ({name})."),
            final=True,
        )


def _look(task: Task, clock: Clock) -> Look:
    deadline = NEVER

    def look() -> Finding:
        nonlocal deadline
        finding = task.look()
        if not finding.passed:
            deadline = task.deadline()
        return finding

    began = clock.now()
    seen = sighting(look)
    return Look(began, clock.now(), seen, deadline)


def _did_not_hold(finding: Finding, hold_seconds: float) -> Words:
    return Words(
        f"It was right at times but did not stay so for {hold_seconds:g} s. {finding.reason.en}",
        f"A ratos estaba bien, pero no se mantuvo {hold_seconds:g} s. {finding.reason.es}",
    )
