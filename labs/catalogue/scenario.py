"""A scenario as it lies in its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from labs.catalogue.building import built
from labs.catalogue.marked import Marked
from labs.catalogue.model import SandboxNeeds, ScenarioFile
from labs.catalogue.parameters import Parameter, Value, drawn
from labs.catalogue.problems import CatalogueError, Problem
from labs.catalogue.variant import Variant
from labs.core.ids import RequirementId, ScenarioId


@dataclass(frozen=True)
class Scenario:
    """A scenario's folder, read. Not slotted: it caches what it has worked out."""

    folder: Path
    file: ScenarioFile
    marks: Marked
    """scenario.yaml with its lines."""
    yaml_text: str = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)
    """Every other text file of the folder by its path in it, e.g. `manifests/10-api.yaml.j2`."""

    @property
    def id(self) -> ScenarioId:
        """The scenario's id, which is its folder's name."""
        return ScenarioId(self.file.id)

    @property
    def title(self) -> Mapping[str, str]:
        """Title by language."""
        return {"en": self.file.title.en, "es": self.file.title.es}

    @property
    def requirements(self) -> tuple[RequirementId, ...]:
        """Taxonomy ids of what it tests."""
        return tuple(RequirementId(text) for text in self.file.requirements)

    @property
    def level(self) -> str:
        """junior, semi-senior, senior or lead."""
        return self.file.level

    @property
    def minutes(self) -> int:
        """How long a candidate of its level needs."""
        return self.file.minutes

    @property
    def sandbox(self) -> SandboxNeeds:
        """What it needs of a sandbox."""
        return self.file.sandbox

    @property
    def shares_sandbox(self) -> bool:
        """Whether other scenarios may live in the same sandbox."""
        return self.file.shares_sandbox

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What may differ from candidate to candidate."""
        return self.file.parameters

    @property
    def checks_path(self) -> Path | None:
        """checks.py, when there is one. It is not imported here."""
        return self.folder / "checks.py" if "checks.py" in self.texts else None

    @cached_property
    def fix_names(self) -> tuple[str, ...]:
        """Names of the reference fixes, sorted."""
        return self._scripts("fixes/")

    @cached_property
    def trap_names(self) -> tuple[str, ...]:
        """Names of the traps, sorted."""
        return self._scripts("traps/")

    def draw(self, seed: str) -> Variant:
        """The variant that `seed` stands for; the same seed always gives the same one. Raises CatalogueError."""
        return self.variant(drawn(self.parameters, self.id, seed))

    def variant(self, parameters: Mapping[str, Value]) -> Variant:
        """The variant with exactly these parameters. Raises CatalogueError with every problem of it."""
        variant, problems = built(self, parameters)
        if variant is None:
            raise CatalogueError(problems)
        return variant

    def problem(self, *place: str | int, message: str) -> Problem:
        """A problem in scenario.yaml, at the line of `place`."""
        return Problem(self.folder / "scenario.yaml", self.marks.line(place), message)

    def _scripts(self, folder: str) -> tuple[str, ...]:
        names = (path for path in self.texts if path.startswith(folder) and path.endswith(".sh"))
        return tuple(sorted(name.removeprefix(folder).removesuffix(".sh") for name in names))
