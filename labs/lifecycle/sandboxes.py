"""Which sandboxes a lab has, and how its scenarios are graded in them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from labs.core.errors import InputError
from labs.core.ids import LabId
from labs.core.names import replaced, used
from labs.core.ports import CandidateAccess, Engine, Sandbox
from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.joined import JoinedSandbox
from labs.lifecycle.record import LabRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grading.spec import GradingSpec
    from labs.catalogue.variant import Variant
    from provisioner.kubernetes.sandbox import KubernetesSandbox

SEPARATOR = "+"
EMULATED = "emulated"


def engine_names(variants: "Iterable[Variant]", *, kubernetes: str, aws: str = EMULATED) -> str:
    """The engines that these scenarios need, as the registry keeps them: `labnode`, `emulated`, `labnode+emulated`.

    Raises InputError for scenarios that a real account (`aws`) cannot have.
    """
    variants = tuple(variants)
    if aws != EMULATED and (named := [each.scenario for each in variants if each.aws and each.aws.broken.files]):
        raise InputError(
            f"Scenarios with files for the candidate need an emulated account: {', '.join(named)}.",
            hint="Leave them out of a lab in a real account.",
        )
    if aws != EMULATED and (named := [each.scenario for each in variants if each.aws and each.has_cluster]):
        raise InputError(
            f"AWS cannot look up who vouches for the pods of a lab's cluster, which these need: {', '.join(named)}.",
            hint="Leave them out of a lab in a real account.",
        )
    kinds = {"aws" for each in variants if each.aws} | {"kubernetes" for each in variants if each.has_cluster}
    return SEPARATOR.join(name for kind, name in (("kubernetes", kubernetes), ("aws", aws)) if kind in kinds)


def engines(context: Context, record: LabRecord) -> Sequence[Engine]:
    """The engines of a lab; the first is where a candidate's shell is."""
    return [context.engine_of(name) for name in record.engine.split(SEPARATOR)]


def vanished(context: Context, record: LabRecord) -> Sequence[str]:
    """The engines whose sandbox of a lab that should stand does not run any more: the lab is damaged."""
    if record.state not in {LabState.READY, LabState.FROZEN} or record.doing == "down":
        return []
    return [engine.name for engine in engines(context, record) if not engine.is_alive(record.id)]


def in_cell(engine: Engine, lab: LabId) -> "Callable[[Sequence[str]], Sequence[str]]":
    """From a command to the argv that runs it beside the sandbox: without the candidate's access, or any terminal."""
    return lambda command: engine.command_in_cell(lab, command, CandidateAccess(terminal=False))


def sandbox(context: Context, lab: LabId, variant: "Variant") -> Sandbox:
    """The sandbox of the lab in which the scenario is. Raises NotFoundError when its way in is not kept."""
    if not variant.aws:
        return _cluster(context, lab, variant)
    account = context.account_of(context.files(lab).read_aws_admin())
    if variant.has_cluster:
        return JoinedSandbox(_cluster(context, lab, variant), account)
    return account.with_workspace(_cell(context, lab, "aws")) if variant.aws.broken.files else account


def _cluster(context: Context, lab: LabId, variant: "Variant") -> Sandbox:
    cluster = with_life(context.sandbox_of(context.files(lab).read_admin()), context, lab, variant)
    return cluster.with_workspace(_cell(context, lab, "kubernetes")) if variant.workspace else cluster


def _cell(context: Context, lab: LabId, kind: str) -> "Callable[[Sequence[str]], Sequence[str]]":
    engine = next(each for each in engines(context, context.registry.get(lab)) if each.kind == kind)
    return in_cell(engine, lab)


def with_life(found: "KubernetesSandbox", context: Context, lab: LabId, variant: "Variant") -> "KubernetesSandbox":
    """The sandbox; where the scenario asks its API server, one that knows whether its node lives."""
    if not any(check.api for check in variant.spec.checks):
        return found
    engine = next(each for each in engines(context, context.registry.get(lab)) if each.kind == "kubernetes")
    return found.with_life(lambda: engine.is_alive(lab))


def named_spec(variant: "Variant", names: Mapping[str, str]) -> "GradingSpec":
    """What is graded, with the names of what was made filled in; Python checks find them among the parameters."""
    from grading.spec import GradingSpec  # noqa: PLC0415 - only graders need it

    if not names:
        return variant.spec
    data = variant.spec.model_dump(by_alias=True, exclude_unset=True)
    if any(used(data)):
        data = replaced(data, names)
    return GradingSpec.model_validate(data | {"parameters": {**names, **variant.spec.parameters}})
