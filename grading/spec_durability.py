"""How a scenario wants the durability of a fix examined, as scenario.yaml spells it."""

from typing import Annotated

from pydantic import Field, model_validator

from grading.spec_parts import Model, Name

DURABILITY_KINDS = ("replace_pods", "wait_seconds", "none")


class ReplacePods(Model):
    """The pods with these labels that a controller would replace, each of which is deleted once, oldest first."""

    namespace: Name
    labels: dict[str, str] = Field(min_length=1)
    within_seconds: Annotated[float, Field(gt=0, le=600)] = 40.0
    """How long after the last deletion everything may take to be right again; eight times what a pod usually needs."""


class Durability(Model):
    """What must not undo a fix. Exactly one is given."""

    replace_pods: ReplacePods | None = None
    wait_seconds: Annotated[float, Field(gt=0, le=900)] | None = None
    """For what acts by itself and regularly: one period of it and a little more."""
    none: Annotated[str, Field(min_length=10)] | None = None
    """Why there is nothing to examine; for those who read the scenario."""

    @property
    def within_seconds(self) -> float:
        """So long after the disturbance any check may take, even when its own time is shorter."""
        return self.replace_pods.within_seconds if self.replace_pods else 0.0

    @model_validator(mode="after")
    def _consistent(self) -> "Durability":
        given = [kind for kind in DURABILITY_KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            named = ", ".join(given) or "none of them"
            raise ValueError(f"give exactly one of {', '.join(DURABILITY_KINDS)} (given: {named})")
        return self
