"""Reads the catalogue: every folder under the root that holds a scenario.yaml. All problems are reported at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from labs.catalogue.building import built, model_problems
from labs.catalogue.completeness import covering, incompleteness
from labs.catalogue.marked import parse_one
from labs.catalogue.model import ScenarioFile
from labs.catalogue.parameters import drawn
from labs.catalogue.problems import CatalogueError, Problem
from labs.catalogue.scenario import Scenario
from labs.core.errors import NotFoundError
from labs.core.ids import ScenarioId

DEFAULT_ROOT = Path(__file__).resolve().parents[2] / "scenarios"
_MAX_FILE_BYTES = 256 * 1024
_TEXT_ENDINGS = (".md", ".yaml", ".j2", ".sh", ".py")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The scenarios there are, sorted by id."""

    scenarios: Mapping[ScenarioId, Scenario]

    def __getitem__(self, name: str) -> Scenario:
        """The scenario of that id. Raises NotFoundError."""
        found = self.scenarios.get(ScenarioId(name))
        if found is None:
            raise NotFoundError(
                f"There is no scenario {name!r}.", hint=f"There are: {', '.join(self.scenarios) or 'none'}."
            )
        return found


def load_catalogue(root: Path | None = None, *, rendered: bool = True) -> Catalogue:
    """The catalogue under `root` (default: the one that comes with Taller), each scenario whole for one seed.

    Raises CatalogueError with every problem of every scenario. `thorough_problems` looks at all variants; the tests do.
    With `rendered=False` only each scenario.yaml is validated: ten times as fast, for listing and planning.
    """
    scenarios, problems = _read(root or DEFAULT_ROOT)
    for scenario in scenarios if rendered else ():
        variant, found = built(scenario, drawn(scenario.parameters, scenario.id, "load"))
        problems += found
        if variant is not None:
            problems += incompleteness(scenario, variant)
    if problems:
        raise CatalogueError(problems)
    return Catalogue({scenario.id: scenario for scenario in scenarios})


def thorough_problems(root: Path | None = None) -> Sequence[Problem]:
    """Every problem of every variant with a corner value, and scenarios that would meet in one namespace."""
    scenarios, problems = _read(root or DEFAULT_ROOT)
    owners: dict[str, set[str]] = defaultdict(set)
    """A namespace, or another object that lives in none → the scenarios that make it."""
    for scenario in scenarios:
        for parameters in covering(scenario):
            variant, found = built(scenario, parameters)
            problems += found
            if variant is None:
                continue
            problems += incompleteness(scenario, variant)
            for place in variant.claims:
                owners[place].add(scenario.id)
    by_id = {scenario.id: scenario for scenario in scenarios}
    for place, ids in owners.items():
        if len(ids) > 1:
            message = f"the {place} is used by {', '.join(sorted(ids))}"
            problems += [by_id[ScenarioId(name)].problem("parameters", message=message) for name in ids]
    return sorted(set(problems))


def _read(root: Path) -> tuple[list[Scenario], list[Problem]]:
    if not root.is_dir():
        raise NotFoundError(f"There is no catalogue at {root}.", hint="Run from a clone or an installed Taller.")
    problems: list[Problem] = []
    scenarios = []
    for path in sorted(root.glob("*/scenario.yaml")):
        scenario, found = _read_scenario(path.parent)
        problems += found
        if scenario is not None:
            scenarios.append(scenario)
    return scenarios, problems


def _read_scenario(folder: Path) -> tuple[Scenario | None, list[Problem]]:
    texts, problems = _texts(folder)
    path = folder / "scenario.yaml"
    source = texts.pop("scenario.yaml", "")
    marks, found = parse_one(source, path)
    problems += found
    if found or problems:
        return None, problems
    try:
        file = ScenarioFile.model_validate(marks.data)
    except ValidationError as error:
        return None, model_problems(error, lambda place, message: Problem(path, marks.line(place), message))
    scenario = Scenario(folder=folder, file=file, marks=marks, yaml_text=source, texts=texts)
    if file.id != folder.name:
        problems.append(scenario.problem("id", message=f"the id is {file.id!r}, but the folder is {folder.name!r}"))
    return scenario, problems


def _texts(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix not in _TEXT_ENDINGS or "__pycache__" in path.parts:
            continue
        data = path.read_bytes()
        if len(data) > _MAX_FILE_BYTES:
            problems.append(Problem(path, 0, f"{len(data)} bytes; at most {_MAX_FILE_BYTES}"))
            continue
        try:
            texts[path.relative_to(folder).as_posix()] = data.decode()
        except UnicodeDecodeError as error:
            problems.append(Problem(path, data[: error.start].count(b"\n") + 1, "not UTF-8"))
    return texts, problems
