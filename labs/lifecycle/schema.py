"""The registry's tables."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the registry."""

    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy reads it from the class


class LabRow(Base):
    """One lab. See `record.LabRecord`."""

    __tablename__ = "labs"

    id: Mapped[str] = mapped_column(primary_key=True)
    candidate: Mapped[str]
    candidate_key: Mapped[str]
    """The name without regard to case, for "one lab for one candidate"."""
    state: Mapped[str]
    created_at: Mapped[float]
    expires_at: Mapped[float]
    seed: Mapped[str]
    engine: Mapped[str]
    scenarios: Mapped[list[Any]]
    posting: Mapped[str] = mapped_column(default="")
    plan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    doing: Mapped[str] = mapped_column(default="")
    owner_pid: Mapped[int | None]
    owner_started: Mapped[float | None]
    step: Mapped[str] = mapped_column(default="")
    failure: Mapped[str] = mapped_column(default="")
    baselines: Mapped[dict[str, Any]] = mapped_column(default=dict)
    symptoms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    timings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hints: Mapped[list[Any]] = mapped_column(default=list)
    ready_at: Mapped[float | None]
    frozen_at: Mapped[float | None]

    __table_args__ = (
        # Two processes may ask for the same candidate at once; the database lets one of them win.
        Index(
            "one_lab_for_one_candidate",
            "candidate_key",
            unique=True,
            sqlite_where=text("state IN ('requested', 'provisioning', 'ready', 'frozen')"),
        ),
    )


class EventRow(Base):
    """The journal of every lab."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    lab: Mapped[str] = mapped_column(ForeignKey("labs.id"), index=True)
    time: Mapped[float]
    name: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
