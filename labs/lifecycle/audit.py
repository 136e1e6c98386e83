"""Who did what when in a lab's cluster: the API server's own record, which the candidate can neither read nor change.

A node's root can add lines to it, true or not, and stop it from being written; what was there before, stays.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grading.clean import clean
from labs.core.errors import InputError
from labs.core.ids import LabId
from labs.core.ports import Engine
from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import engines

CANDIDATE = "candidate"
TALLER = "taller"
_NAMES = {"system:serviceaccount:taller-access:candidate": CANDIDATE, "kubernetes-admin": TALLER}
WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
NO_WRITES = frozenset({"exec", "attach", "portforward", "proxy", "status"})
"""Ways into a pod, and what a controller says of an object."""
_TEXT_CHARACTERS = 300
_COMMAND_WORDS = 20


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One request. Every text may be a candidate's, and is cleaned."""

    at: str
    """ISO 8601, UTC."""
    who: str
    """`candidate`, `taller` (whoever has the administrator's certificate), or a user's name in Kubernetes."""
    verb: str
    what: str
    """resource.group/subresource, as in RBAC."""
    namespace: str
    name: str
    code: int
    """HTTP status; 0 when the request did not come to one."""
    impersonated: str = ""
    command: tuple[str, ...] = ()
    """Of `kubectl exec`."""
    agent: str = ""
    address: str = ""
    dry_run: bool = False
    more: int = 0
    """Where it is not 0, the entry stands for so many requests like it, in all until then."""

    @property
    def is_accepted(self) -> bool:
        """The API server did what was asked for."""
        return 100 <= self.code < 400  # noqa: PLR2004 - HTTP's classes


@dataclass(frozen=True, slots=True)
class AuditLog:
    """A lab's record, oldest first."""

    entries: tuple[AuditEntry, ...]
    is_full: bool
    """What came later was not recorded."""
    unreadable: int
    """Lines that are no entry: the record was cut, or written to by the node's root."""

    def of_candidate(self) -> "AuditLog":
        """The same without what Taller did itself."""
        kept = tuple(entry for entry in self.entries if entry.who != TALLER)
        return AuditLog(kept, self.is_full, self.unreadable)


def lab_audit(context: Context, lab: LabId) -> AuditLog:
    """The record of a lab that is not gone. Raises InputError for one without a cluster, or gone."""
    record = context.registry.get(lab)
    if record.state is LabState.GONE:
        raise InputError(f"The lab {lab} is gone, and with it its audit log.", lab=lab)
    if not _clusters(context, record):
        raise InputError(f"The lab {lab} has no cluster: only those keep an audit log.", lab=lab)
    return parse(cluster_record(context, record))


def cluster_record(context: Context, record: LabRecord) -> str:
    """What the lab's cluster has recorded, as it stands there; empty when there is no cluster, or it keeps none."""
    return "".join(engine.audit_log(record.id) for engine in _clusters(context, record))


def _clusters(context: Context, record: LabRecord) -> Sequence[Engine]:
    return [engine for engine in engines(context, record) if engine.kind == "kubernetes"]


def parse(text: str) -> AuditLog:
    """Read what an engine kept; nothing in it is believed to be of the right shape."""
    entries: list[AuditEntry] = []
    is_full, unreadable = False, 0
    for fields in _lines(text):
        if fields is None:
            unreadable += 1
        elif fields.get("full") is True:
            is_full = True
        else:
            entries.append(_entry(fields))
    return AuditLog(tuple(entries), is_full, unreadable)


def last_write(text: str, namespaces: Collection[str]) -> float | None:
    """When the candidate last changed something in one of the namespaces, or beside all; epoch seconds.

    A node's root can write any time into the record, so that it may be one to come.
    """
    times = (_time(fields["at"]) for fields in _lines(text) if fields is not None and _is_write(fields, namespaces))
    return max((time for time in times if time is not None), default=None)


def _is_write(fields: Mapping[str, Any], namespaces: Collection[str]) -> bool:
    code = fields.get("code")
    return (
        _NAMES.get(str(fields.get("user"))) == CANDIDATE
        and fields.get("verb") in WRITES
        and fields.get("subresource") not in NO_WRITES
        and str(fields.get("namespace") or "") in {"", *namespaces}
        and isinstance(code, int)
        and 200 <= code < 300  # noqa: PLR2004 - HTTP's classes
        and fields.get("dry_run") is not True
    )


def _time(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _lines(text: str) -> Iterator[Mapping[str, Any] | None]:
    for line in text.split("\n"):
        if not line:
            continue
        try:
            found = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            found = None
        yield found if isinstance(found, dict) and isinstance(found.get("at"), str) else None


def _entry(fields: Mapping[str, Any]) -> AuditEntry:
    group, subresource = _text(fields, "group"), _text(fields, "subresource")
    what = _text(fields, "resource") + (f".{group}" if group else "") + (f"/{subresource}" if subresource else "")
    command = fields.get("command")
    words = command[:_COMMAND_WORDS] if isinstance(command, list) else []
    user = _text(fields, "user")
    return AuditEntry(
        at=_text(fields, "at"),
        who=_NAMES.get(user, user),
        verb=_text(fields, "verb"),
        what=what,
        namespace=_text(fields, "namespace"),
        name=_text(fields, "name"),
        code=_number(fields, "code"),
        impersonated=_text(fields, "as"),
        command=tuple(_clean(word) for word in words if isinstance(word, str)),
        agent=_text(fields, "agent"),
        address=_text(fields, "from"),
        dry_run=fields.get("dry_run") is True,
        more=_number(fields, "more"),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return _clean(value) if isinstance(value, str) else ""


def _clean(text: str) -> str:
    return clean(text, limit=_TEXT_CHARACTERS).replace("\n", " ").replace("\t", " ")


def _number(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else 0
