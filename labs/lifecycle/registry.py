"""The registry of labs: SQLite through SQLAlchemy. Import it only where it is used: that takes a third of a second."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from labs.core.errors import HostError, InfrastructureError, InputError, NotFoundError
from labs.core.ids import LabId, ScenarioId, new_lab_id
from labs.core.states import NEXT, LabState
from labs.lifecycle.owners import is_alive
from labs.lifecycle.record import Event, HintTaken, LabRecord, Owner
from labs.lifecycle.schema import Base, EventRow, LabRow

BUSY_SECONDS = 10.0
"""How long a writer waits for another: transactions take milliseconds, a slow disk under eight labs some more."""

ID_ATTEMPTS = 50
"""An id has four digits by chance. After a thousand labs of one name, one in 65 is taken."""


class Registry:
    """All labs of one TALLER_HOME. Safe for several processes at once. Every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds guarded Secrets
        except OSError as error:
            raise HostError(
                f"TALLER_HOME={path.parent} cannot be used: {error.strerror}.",
                hint="Set TALLER_HOME to a directory that you may write.",
            ) from error
        self._engine = _engine(path)
        with self._translated():
            Base.metadata.create_all(self._engine)

    def unused_id(self, candidate: str) -> LabId:
        """A lab id for this name that no lab has, or had: what is kept of one is kept by its id."""
        with self._session() as session:
            for _ in range(ID_ATTEMPTS):
                lab = new_lab_id(candidate)
                if session.get(LabRow, lab) is None:
                    return lab
        raise InfrastructureError(
            f"Every id tried for {candidate!r} is taken: {ID_ATTEMPTS}, the last one {lab}.",
            hint="Too many labs had this name: add a number to it.",
        )

    def reserve(self, record: LabRecord) -> None:
        """The lab is in the registry. Raises InputError when its candidate has a living lab already."""
        try:
            with self._session() as session:
                session.add(_row(record))
                session.flush()
                session.add(EventRow(lab=record.id, time=record.created_at, name="reserved", detail=record.candidate))
        except IntegrityError as error:
            other = self.of_candidate(record.candidate)
            if other is None:
                raise InfrastructureError(f"The lab {record.id} cannot be registered: {error.orig}") from error
            raise InputError(
                f"{record.candidate!r} has a lab already: {other.id}.", hint=f"`taller down {other.id}` removes it."
            ) from error

    def get(self, lab: LabId) -> LabRecord:
        """The lab. Raises NotFoundError."""
        with self._session() as session:
            return _record(self._row(session, lab))

    def of_candidate(self, candidate: str) -> LabRecord | None:
        """The living lab of a candidate, whatever the case of the name."""
        living = [s.value for s in (LabState.REQUESTED, LabState.PROVISIONING, LabState.READY, LabState.FROZEN)]
        with self._session() as session:
            query = select(LabRow).where(LabRow.candidate_key == candidate.casefold(), LabRow.state.in_(living))
            row = session.scalars(query).first()
            return _record(row) if row else None

    def labs(self, *, with_gone: bool = False) -> Sequence[LabRecord]:
        """All labs, oldest first."""
        query = select(LabRow).order_by(LabRow.created_at)
        if not with_gone:
            query = query.where(LabRow.state != LabState.GONE.value)
        with self._session() as session:
            return [_record(row) for row in session.scalars(query)]

    def events(self, lab: LabId) -> Sequence[Event]:
        """The lab's journal, oldest first."""
        query = select(EventRow).where(EventRow.lab == lab).order_by(EventRow.id)
        with self._session() as session:
            return [Event(row.time, row.name, row.detail) for row in session.scalars(query)]

    def claim(self, lab: LabId, doing: str, owner: Owner) -> LabRecord:
        """The lab is `owner`'s to work on, and as returned. Raises InputError while another living process does."""
        with self._session() as session:
            record = _record(self._row(session, lab))
            if record.owner not in {None, owner} and is_alive(record.owner):
                raise _busy(record)
            before = record.owner.pid if record.owner else None
            done = session.execute(
                update(LabRow)
                .where(LabRow.id == lab, LabRow.owner_pid.is_(before) if before is None else LabRow.owner_pid == before)
                .values(doing=doing, owner_pid=owner.pid, owner_started=owner.started)
                .returning(LabRow.id)
            )
            if done.first() is None:
                raise _busy(record)
            return record

    def release(self, lab: LabId) -> None:
        """Nobody works on the lab."""
        with self._session() as session:
            self._row(session, lab)
            session.execute(update(LabRow).where(LabRow.id == lab).values(doing="", owner_pid=None, owner_started=None))

    def move(self, lab: LabId, state: LabState, *, now: float, **changes: Any) -> LabRecord:
        """The lab is in `state`, the next of its life. Raises InputError when its life does not go that way."""
        with self._session() as session:
            row = self._row(session, lab)
            current = LabState(row.state)
            if state is not current and state not in NEXT[current]:
                raise InputError(f"The lab {lab} is {current}: it cannot become {state}.", lab=lab)
            row.state = state.value
            _set(row, changes)
            session.add(EventRow(lab=lab, time=now, name=state.value, detail=str(changes.get("failure", ""))))
            return _record(row)

    def note(self, lab: LabId, name: str, *, now: float, detail: str = "", **changes: Any) -> None:
        """The event is in the lab's journal, and the fields changed with it."""
        with self._session() as session:
            row = self._row(session, lab)
            _set(row, changes)
            session.add(EventRow(lab=lab, time=now, name=name, detail=detail))

    def close(self) -> None:
        """No connection is left open."""
        self._engine.dispose()

    def _row(self, session: Session, lab: LabId) -> LabRow:
        row = session.get(LabRow, lab)
        if row is None:
            raise NotFoundError(f"There is no lab {lab}.", hint="`taller list` shows the labs.", lab=lab)
        return row

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._translated(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise InfrastructureError(
                f"The registry {self._path} cannot be used: {error}",
                hint="Move the file away and run `taller sweep`: labs are found by what is on the host.",
            ) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # Take the write lock at once: a reader that becomes a writer could fail instead of waiting.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _set(row: LabRow, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if not hasattr(row, name):
            raise AttributeError(name)
        setattr(row, name, value)


def _busy(record: LabRecord) -> InputError:
    pid = record.owner.pid if record.owner else 0
    return InputError(
        f"Process {pid} works on the lab {record.id} ({record.doing}).",
        hint="Wait until it ends, or end it and run `taller sweep`.",
        lab=record.id,
    )


def _row(record: LabRecord) -> LabRow:
    return LabRow(
        id=record.id,
        candidate=record.candidate,
        candidate_key=record.candidate.casefold(),
        state=record.state.value,
        created_at=record.created_at,
        expires_at=record.expires_at,
        seed=record.seed,
        engine=record.engine,
        scenarios=list(record.scenarios),
        posting=record.posting,
        plan=dict(record.plan),
        doing=record.doing,
        owner_pid=record.owner.pid if record.owner else None,
        owner_started=record.owner.started if record.owner else None,
    )


def _record(row: LabRow) -> LabRecord:
    return LabRecord(
        id=LabId(row.id),
        candidate=row.candidate,
        state=LabState(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
        seed=row.seed,
        engine=row.engine,
        scenarios=tuple(ScenarioId(scenario) for scenario in row.scenarios),
        posting=row.posting,
        plan=row.plan,
        doing=row.doing,
        owner=None if row.owner_pid is None else Owner(row.owner_pid, row.owner_started or 0.0),
        step=row.step,
        failure=row.failure,
        baselines=row.baselines,
        symptoms=row.symptoms,
        timings=row.timings,
        hints=tuple(HintTaken(**{**hint, "scenario": ScenarioId(hint["scenario"])}) for hint in row.hints),
        ready_at=row.ready_at,
        frozen_at=row.frozen_at,
    )
