"""What a set of resources costs, line by line."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labs.core.cost.prices import Charge, Price, PriceList, price_list

_PROPERTY = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Resource:
    """One AWS resource, as CloudFormation would name it, whoever made it."""

    type: str
    """`AWS::EC2::NatGateway`."""
    name: str
    region: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    """By CloudFormation's names; only those that decide the price matter."""


@dataclass(frozen=True, slots=True)
class Line:
    """One charge."""

    resource: str
    price: str
    """Its name in the list."""
    quantity: float
    monthly_usd: float
    """For a whole month (730 hours)."""
    source: str
    whole_month: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What resources cost: the sum of the lines, and all that is not in it."""

    lines: tuple[Line, ...]
    not_priced: tuple[str, ...]
    """Resources for which there is no price, each with the reason. The sum is too low by what they cost."""
    by_use: tuple[str, ...]
    """Resources that cost by what flows or is stored; not in the sum."""
    hours_in_month: float

    @property
    def monthly_usd(self) -> float:
        """The lines' sum for a month."""
        return math.fsum(line.monthly_usd for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Whether every resource has a price, or costs nothing of its own."""
        return not (self.not_priced or self.by_use)

    def usd_for(self, hours: float) -> float:
        """The lines' sum for so many hours; what is charged by whole months is charged in full."""
        share = hours / self.hours_in_month
        return math.fsum(
            line.monthly_usd * (max(1.0, math.ceil(share)) if line.whole_month else share) for line in self.lines
        )


def monthly_cost(resources: Iterable[Resource], prices: PriceList | None = None) -> Cost:
    """What the resources cost in a month, in US dollars, before taxes; see `Cost` for what is left out.

    Data that flows, requests and storage that fills are not known and not counted.
    """
    table = prices or price_list()
    lines: list[Line] = []
    not_priced: list[str] = []
    by_use: list[str] = []
    for resource in resources:
        if resource.type in table.by_use:
            by_use.append(f"{resource.name} ({resource.type})")
        elif resource.type in table.resources:
            outcomes = list(_charged(resource, table))
            lines += [each for each in outcomes if isinstance(each, Line)]
            not_priced += [each for each in outcomes if isinstance(each, str)]
        elif resource.type not in table.free:
            not_priced.append(f"{resource.name}: no price for {resource.type}")
    return Cost(tuple(lines), tuple(not_priced), tuple(by_use), table.hours_in_month)


def _charged(resource: Resource, table: PriceList) -> Iterator[Line | str]:
    """A line for each charge, or why there is none."""
    for charge in table.resources[resource.type]:
        values = {name: str(_value(resource, charge, name)) for name in _PROPERTY.findall(charge.price)}
        name = charge.price.format_map(values)
        quantity = _quantity(resource, charge)
        price = table.prices.get(name)
        usd = price.in_region(resource.region) if price else None
        if quantity is None:
            yield f"{resource.name}: {charge.times} is not known, and {name} is charged by it"
        elif price is None or usd is None:
            yield f"{resource.name}: no price for {name} in {resource.region}"
        else:
            yield Line(
                resource.name, name, quantity, _monthly(price, usd, table) * quantity, price.source, price.whole_month
            )


def _value(resource: Resource, charge: Charge, name: str) -> Any:
    return resource.properties.get(name, charge.default.get(name, "unknown"))


def _quantity(resource: Resource, charge: Charge) -> float | None:
    """How often the charge applies; None when the resource does not tell."""
    if not charge.times:
        return 1.0
    given = resource.properties.get(charge.times)
    if given is None and charge.times in {"Rules", "SubnetIds"}:
        return 0.0 if charge.times == "Rules" else 1.0
    if isinstance(given, list | tuple):
        return float(len(given))
    try:
        number = float(given)  # type: ignore[arg-type]  # whatever a template holds
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _monthly(price: Price, usd: float, table: PriceList) -> float:
    return usd * table.hours_in_month if price.unit == "hour" else usd
