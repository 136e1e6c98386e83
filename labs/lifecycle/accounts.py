"""A lab's part in a real AWS account: looked into and permitted before it is made, ended, removed and audited."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.errors import InfrastructureError, InputError, NotFoundError, UnreachableError
from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from labs.catalogue.variant import Variant
    from provisioner.account.kept import Kept
    from provisioner.account.leave import Leave
    from provisioner.account.prospect import Prospect, Wish
    from provisioner.aws.client import AwsClient

ACCOUNT = "account"
"""The engine's name."""
CLEAN = "account clean"
"""In a lab's journal when its account was audited and nothing was left."""
SETTLE_SECONDS = 120.0
"""IAM tells a new role to its regions "within seconds"; a minute has been seen."""
POLL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """A person asks for a real account, and says so again when they know what it would be."""

    wish: "Wish"
    confirm: "Callable[[Prospect], str]"
    """What the person types when asked for the account's id. May raise InputError."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """Checked, and confirmed by a person."""

    leave: "Leave"
    kept: "Kept"


def permitted(
    context: Context, request: AccountRequest, record: LabRecord, variants: "Mapping[ScenarioId, Variant]"
) -> Permitted:
    """The account may be used for the lab: everything was checked, then a person named it. Nothing is created.

    Raises InputError for whatever speaks against it.
    """
    from provisioner.account.prospect import Task, look_into  # noqa: PLC0415 - botocore

    aws = {name: variant.aws for name, variant in variants.items() if variant.aws}
    if not aws:
        raise InputError(
            "None of these scenarios needs an AWS account.", hint="Leave out --engine account, or add one that does."
        )
    task = Task(
        record.id,
        record.candidate,
        _moment(record.created_at),
        _moment(record.expires_at),
        {name: part.broken for name, part in aws.items()},
        [statement for part in aws.values() for statement in part.policy],
    )
    wish = request.wish
    found = look_into(context.operator_of(wish.account, wish.region), wish, task)
    return Permitted(found.leave(request.confirm(found)), found.kept)


def wait_for_grader(context: Context, admin: str) -> None:
    """The grader's role, fresh in IAM, can be taken. Raises UnreachableError when it cannot be within minutes."""
    deadline = context.clock.now() + SETTLE_SECONDS
    reader = context.account_of(admin).aws
    while True:
        try:
            reader.ask(AwsCall("sts", "GetCallerIdentity"))
        except UnreachableError:
            if context.clock.now() >= deadline:
                raise
        else:
            return
        context.clock.sleep(POLL_SECONDS)


def end_access(context: Context, lab: LabId) -> None:
    """AWS refuses the candidate's key and every session derived from it; the grader still takes roles. Idempotent."""
    from provisioner.account.freeze import freeze, wait_until_ended  # noqa: PLC0415
    from provisioner.account.guard import check_account  # noqa: PLC0415

    files = context.files(lab)
    kept, client = _kept(context, lab)
    check_account(client, kept.fence.account)
    session = freeze(client, kept.fence, at=_moment(context.clock.now()))
    files.keep_aws_admin(replace(AwsAdmin.from_json(files.read_aws_admin()), session=session).to_json())
    if files.aws_environment.exists():
        given = files.read_access().environment
        keys = {"AccessKeyId": given["AWS_ACCESS_KEY_ID"], "SecretAccessKey": given["AWS_SECRET_ACCESS_KEY"]}
        wait_until_ended(client.with_keys(keys), context.clock)


def end_account(context: Context, lab: LabId) -> None:
    """Nothing of the lab is left in its real account, if it has one: removed, then audited. Idempotent.

    Raises ResidueError naming what is left, AccountError when the credentials lead elsewhere.
    """
    files = context.files(lab)
    if not files.real_account.exists():
        return
    from provisioner.account.teardown import take_down  # noqa: PLC0415

    kept, client = _kept(context, lab)
    stack = context.stack_of(lab, context.engine_of)
    context.told(f"down:account {kept.fence.account}")
    take_down(client, kept, names=files.read_all_names(), destroy=stack.destroy, clock=context.clock)
    context.told(f"down:audit of account {kept.fence.account}: nothing is left")
    with suppress(NotFoundError):  # an orphan has no row
        context.registry.note(lab, CLEAN, now=context.clock.now(), detail=kept.fence.account)


def check_account_is_kept(context: Context, record: LabRecord) -> None:
    """What a teardown of the lab's real account needs is there, or the account is known to be clean.

    Raises InfrastructureError otherwise: such a lab must not be called gone.
    """
    if ACCOUNT not in record.engine.split(SEPARATOR):
        return
    journal = {event.name for event in context.registry.events(record.id)}
    may_hold = LabState.PROVISIONING.value in journal and CLEAN not in journal
    if may_hold and not context.files(record.id).real_account.exists():
        raise InfrastructureError(
            f"What was kept of the real AWS account of lab {record.id} is lost: it cannot be removed, nor audited.",
            hint=f"Restore {context.files(record.id).real_account}, or remove by hand what this lists: "
            f"aws resourcegroupstaggingapi get-resources --tag-filters Key=taller:lab,Values={record.id}",
            lab=record.id,
        )


def _kept(context: Context, lab: LabId) -> "tuple[Kept, AwsClient]":
    from provisioner.account.kept import Kept  # noqa: PLC0415

    kept = Kept.from_json(context.files(lab).read_real_account())
    return kept, context.operator_of(kept.fence.account, kept.fence.regions[0])


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
