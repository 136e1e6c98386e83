"""What a lab in a real account would cost, said before it is made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labs.core.awssystem import AwsSystem
from labs.core.cost.cost import Cost, Resource, monthly_cost
from labs.core.cost.prices import price_list

SECONDS_IN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a lab would cost until its end."""

    cost: Cost
    hours: float
    steps: tuple[str, ...]
    """Steps that make something beside the templates; not in the sum."""

    @property
    def usd(self) -> float:
        """US dollars until the end, of what has a price."""
        return self.cost.usd_for(self.hours)

    def words(self, language: str = "en") -> list[str]:
        """Sentences for the person who decides, in English or Spanish (`es`): the sum, then everything not in it."""
        said = _SPANISH if language == "es" else _ENGLISH
        dates = sorted({price_list().sources[line.source].as_of for line in self.cost.lines})
        lines = [said["sum"].format(usd=self.usd, hours=self.hours, month=self.cost.monthly_usd)]
        if dates:
            lines.append(said["estimate"].format(oldest=dates[0]))
        unchecked = sorted({line.price for line in self.cost.lines if not price_list().sources[line.source].checked})
        for key, names in (
            ("unchecked", unchecked),
            ("not_priced", self.cost.not_priced),
            ("by_use", self.cost.by_use),
            ("steps", self.steps),
        ):
            if names:
                lines.append(said[key].format(names="; ".join(names)))
        return lines


def estimate(systems: Iterable[AwsSystem], *, region: str, ttl_seconds: float) -> Estimate:
    """What the systems' templates would cost in the region until the lab's end. What candidates add is not known."""
    resources: list[Resource] = []
    steps: list[str] = []
    for system in systems:
        resources += template_resources(system.template, region=region)
        steps += [f"{system.stack}: {step.service}:{step.operation}" for step in system.steps
                  if step.operation.startswith(("Create", "Run", "Allocate", "Request", "Purchase"))]  # fmt: skip
    return Estimate(monthly_cost(resources), ttl_seconds / SECONDS_IN_HOUR, tuple(steps))


def template_resources(template: Mapping[str, Any], *, region: str) -> list[Resource]:
    """The resources of a CloudFormation template; a reference to a parameter becomes the parameter's default."""
    defaults = {name: each.get("Default") for name, each in template.get("Parameters", {}).items()}
    return [
        Resource(str(each.get("Type")), name, region, _resolved(each.get("Properties", {}), defaults))
        for name, each in template.get("Resources", {}).items()
    ]


def _resolved(properties: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    def value(given: Any) -> Any:
        if isinstance(given, Mapping) and set(given) == {"Ref"}:
            return defaults.get(str(given["Ref"]), given)
        return given

    return {name: value(given) for name, given in properties.items()}


_ENGLISH = {
    "sum": "About {usd:.2f} USD until the end ({hours:g} h); {month:.2f} USD if it were left for a month.",
    "estimate": "An estimate from list prices (the oldest read on {oldest}), without taxes, traffic and requests.",
    "unchecked": "Prices that nobody has checked against AWS's page yet: {names}.",
    "not_priced": "Not priced, so not in the sum: {names}.",
    "by_use": "Charged by use, so not in the sum: {names}.",
    "steps": "Made by steps that are not priced: {names}.",
}
_SPANISH = {
    "sum": "Unos {usd:.2f} USD hasta el final ({hours:g} h); {month:.2f} USD si se dejara un mes.",
    "estimate": "Estimación con precios de lista (el más antiguo, del {oldest}), sin impuestos, tráfico ni peticiones.",
    "unchecked": "Precios que nadie ha cotejado aún con la página de AWS: {names}.",
    "not_priced": "Sin precio, y por tanto fuera de la suma: {names}.",
    "by_use": "Se cobran por uso, y por tanto fuera de la suma: {names}.",
    "steps": "Creado por pasos sin precio: {names}.",
}
