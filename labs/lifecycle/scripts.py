"""Applying a reference fix or a trap, as the candidate would."""

import subprocess
from dataclasses import dataclass

from labs.catalogue.variant import Script, Variant
from labs.core.errors import InfrastructureError, InputError, NotFoundError
from labs.core.ids import LabId, ScenarioId
from labs.core.ports import CandidateAccess, Engine
from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.sandboxes import engines
from labs.lifecycle.variants import drawn

SCRIPT_SECONDS = 120.0
"""A fix is some kubectl commands; a `rollout status` in it may wait for pods."""
_SAID_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Applied:
    """A script that ran to its end."""

    script: Script
    output: str


def apply_script(context: Context, lab: LabId, scenario: ScenarioId, *, fix: str = "", trap: str = "") -> Applied:
    """A fix (the first, when none is named) or a trap was applied with the candidate's rights, in a cell of the lab.

    Raises NotFoundError for an unknown lab, scenario or script, InputError when the lab is not ready or both are named,
    InfrastructureError when the script fails: our scripts must not.
    """
    if fix and trap:
        raise InputError("Name a fix or a trap, not both.")
    record = context.registry.get(lab)
    if record.state is not LabState.READY:
        raise InputError(f"The lab {lab} is {record.state}: only in a ready lab can be worked.", lab=lab)
    if scenario not in record.scenarios:
        raise NotFoundError(
            f"The lab {lab} has no scenario {scenario}.", hint=f"It has: {', '.join(record.scenarios)}."
        )
    script = chosen(drawn(context.catalogue, record.scenarios, record.seed)[scenario], fix=fix, trap=trap)
    access = context.files(lab).read_access()
    context.registry.note(lab, "script", now=context.clock.now(), detail=f"{scenario} {script.name}")
    return run_script(engines(context, record)[0], lab, script, access)


def chosen(variant: Variant, *, fix: str = "", trap: str = "") -> Script:
    """Return the script of that name. Raises NotFoundError."""
    scripts = variant.traps if trap else variant.fixes
    name = trap or fix or next(iter(sorted(variant.fixes)), "")
    if name not in scripts:
        kind = "trap" if trap else "fix"
        raise NotFoundError(
            f"The scenario {variant.scenario} has no {kind} {name!r}.", hint=f"It has: {', '.join(sorted(scripts))}."
        )
    return scripts[name]


def run_script(engine: Engine, lab: LabId, script: Script, access: CandidateAccess) -> Applied:
    """The script was run with bash, beside the sandbox or on its node. Raises InfrastructureError if it fails."""
    words = ["bash", "-euo", "pipefail", "-c", script.text]
    command = (
        engine.command_on_node(lab, words, terminal=False)
        if script.on_node
        else engine.command_in_cell(lab, words, access)
    )
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SCRIPT_SECONDS,
            check=False,
        )
    except OSError as error:
        raise InfrastructureError(f"The script {script.name} could not be run: {error}", lab=lab) from error
    except subprocess.TimeoutExpired as late:
        raise _broken(script, lab, f"had not ended after {late.timeout:.0f} s", _said(late.output)) from late
    said = _said(done.stdout)
    if done.returncode != 0:
        raise _broken(script, lab, f"ended with {done.returncode}", said)
    return Applied(script, said)


def _said(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace")[-_SAID_CHARACTERS:]


def _broken(script: Script, lab: LabId, how: str, said: str) -> InfrastructureError:
    return InfrastructureError(f"The script {script.name} {how}: {said.strip()[-500:]}", lab=lab, output=said)
