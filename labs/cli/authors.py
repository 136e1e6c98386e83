"""For authors of scenarios: `taller fix`, `taller prove`."""

from typing import Annotated

import typer

from labs.cli.life import context_of
from labs.cli.options import Json, Lab, ScenarioName, seed_text
from labs.cli.output import print_json, say, table
from labs.core.errors import ExitCode, InputError
from labs.core.ids import lab_id, scenario_id


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("fix")(fix)
    app.command("prove")(prove)


def fix(
    lab: Lab,
    scenario: ScenarioName,
    *,
    fix: Annotated[str, typer.Option("--fix", metavar="NAME", help="A reference fix; default: the first.")] = "",
    trap: Annotated[str, typer.Option("--trap", metavar="NAME", help="A wrong fix, to see it caught.")] = "",
    json: Json = False,
) -> None:
    """Apply a reference fix or a trap to a lab (authors).

    It runs with the candidate's rights, in a cell of the lab.
    """
    from labs.lifecycle.scripts import apply_script  # noqa: PLC0415

    applied = apply_script(context_of(), lab_id(lab), scenario_id(scenario), fix=fix, trap=trap)
    if json:
        print_json(
            {
                "scenario": scenario,
                "script": applied.script.name,
                "caught_by": applied.script.caught_by,
                "output": applied.output,
            }
        )
    else:
        say(applied.output.rstrip())
        say(f"Applied {applied.script.name} to {scenario}.")


def prove(
    scenarios: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Scenarios; default: all.")] = None,
    *,
    seed: Annotated[
        list[str] | None, typer.Option("--seed", metavar="TEXT", help="A variant to prove; may be repeated.")
    ] = None,
    every_choice: Annotated[
        bool, typer.Option("--every-choice", help="Prove so many variants that every choice of a parameter occurs.")
    ] = False,
    labs: Annotated[
        int | None,
        typer.Option(
            "--labs", metavar="N", min=1, max=8, help="Share the proofs out among so many labs; default: by memory."
        ),
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", min=1, max=1000, help="Prove so many times and print the flake rate.")
    ] = 1,
    part: Annotated[
        str,
        typer.Option(
            "--part",
            metavar="K/N",
            help="Of the healthy system, the traps and the fixes after the first, only this part of N.",
        ),
    ] = "1/1",
    json: Json = False,
) -> None:
    """Run the proofs of scenarios, in labs of their own (authors).

    The healthy system passes, the fault fails, every fix passes, every trap is caught by what it names.
    """
    from labs.catalogue.parameters import seeds_for_every_choice  # noqa: PLC0415
    from labs.cli.tools import ensure_toolchain  # noqa: PLC0415
    from labs.lifecycle.pace import labs_side_by_side  # noqa: PLC0415
    from labs.lifecycle.proofs import Part  # noqa: PLC0415
    from labs.lifecycle.prove import flakes, proofs_json  # noqa: PLC0415
    from labs.lifecycle.prove import prove as prove_all  # noqa: PLC0415

    chosen = Part.parse(part)
    context = context_of()
    if seed and every_choice:
        raise InputError("--every-choice chooses the seeds.", hint="Leave out --seed, or --every-choice.")
    named = [context.catalogue[scenario_id(name)] for name in scenarios or context.catalogue.scenarios]
    given = [seed_text(each) for each in seed or ["proof"]]
    seeds = {each.id: seeds_for_every_choice(each.parameters, each.id) if every_choice else given for each in named}
    ensure_toolchain()
    proofs = prove_all(context, seeds, labs=labs or labs_side_by_side(), runs=runs, part=chosen)
    if json:
        print_json(proofs_json(proofs))
    else:
        table(
            "",
            ("Scenario", "Seed", "Proof", "", "Seconds", "Detail"),
            [(p.scenario, p.seed, p.name, "✓" if p.holds else "✗", f"{p.seconds:.1f}", p.detail) for p in proofs],
        )
        rest = f" Part {chosen.number} of {chosen.of}: the others were not proven." if chosen.of > 1 else ""
        say(f"{sum(p.holds for p in proofs)} of {len(proofs)} proofs hold.{rest}", style="bold")
        if runs > 1:
            found = flakes(proofs)
            for (name, variant, proof), failed, of in found:
                say(f"flaky: {name} {proof} (seed {variant}) failed {failed} of {of}")
            say(f"Flake rate over {runs} runs: {sum(failed for _, failed, _ in found)} of {len(proofs)}.")
    broken = [proof for proof in proofs if not proof.holds]
    if broken:
        infrastructure = all(proof.is_infrastructure for proof in broken)
        raise typer.Exit(ExitCode.INFRASTRUCTURE if infrastructure else ExitCode.FAILED)
