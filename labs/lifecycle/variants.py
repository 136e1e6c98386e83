"""A lab's scenarios with the candidate's parameters, told apart from each other."""

from collections.abc import Mapping, Sequence

from grading.helpers import PythonCheck
from labs.catalogue.loader import Catalogue
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Variant
from labs.core.errors import InputError
from labs.core.ids import ScenarioId

_DRAWS = 50


def drawn(catalogue: Catalogue, scenarios: Sequence[ScenarioId], seed: str) -> Mapping[ScenarioId, Variant]:
    """Return the lab's variants, the same for the same seed; no two share a namespace, or an object that lives in none.

    Raises NotFoundError for an unknown scenario, InputError for one that is named twice, that must be alone, or when
    two cannot be kept apart.
    """
    if not scenarios:
        raise InputError("A lab needs a scenario.", hint="Pass a posting or --scenario ID.")
    variants: dict[ScenarioId, Variant] = {}
    taken: set[str] = set()
    for name in scenarios:
        scenario = catalogue[name]
        if name in variants:
            raise InputError(f"The scenario {name} is named twice.")
        if len(scenarios) > 1 and not scenario.shares_sandbox:
            raise InputError(f"The scenario {name} needs a lab of its own.", hint="Start a lab with it alone.")
        variant = _apart(scenario, seed, taken)
        taken |= variant.claims
        variants[name] = variant
    return variants


def python_checks(scenario: Scenario) -> Mapping[str, PythonCheck]:
    """Return the scenario's own check functions, by id; empty when it has none."""
    path = scenario.checks_path
    if path is None:
        return {}
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - few scenarios need it

    from grading.helpers import collect  # noqa: PLC0415

    spec = spec_from_file_location(f"scenarios.{scenario.id}.checks", path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} cannot be loaded as a Python module.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return collect(module)


def _apart(scenario: Scenario, seed: str, taken: set[str]) -> Variant:
    for attempt in range(_DRAWS):
        variant = scenario.draw(seed if attempt == 0 else f"{seed}#{attempt}")
        if taken.isdisjoint(variant.claims):
            return variant
    raise InputError(f"The scenario {scenario.id} needs what others of the lab have: {', '.join(sorted(taken))}.")
