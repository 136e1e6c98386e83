"""The price list: `prices.yaml`, typed."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where a price is from."""

    page: str
    as_of: str
    checked: bool
    """Whether somebody saw AWS's words for it."""
    how: str


class Price(_Strict):
    """What AWS asks for one unit."""

    unit: Literal["hour", "month", "gb_month"]
    usd: Mapping[str, float]
    """By region; `*` is every region that is not named."""
    source: str
    whole_month: bool = False
    """Charged for a month however short the use."""

    def in_region(self, region: str) -> float | None:
        """US dollars per unit; None when the list has none for the region."""
        return self.usd.get(region, self.usd.get("*"))


class Charge(_Strict):
    """One thing that a resource is charged for."""

    price: str
    default: Mapping[str, str] = Field(default_factory=dict)
    times: str = ""


class PriceList(_Strict):
    """See the head of `prices.yaml`."""

    hours_in_month: float = Field(gt=0)
    sources: Mapping[str, Source]
    prices: Mapping[str, Price]
    resources: Mapping[str, tuple[Charge, ...]]
    by_use: frozenset[str]
    free: frozenset[str]

    @model_validator(mode="after")
    def _consistent(self) -> "PriceList":
        unsourced = [name for name, price in self.prices.items() if price.source not in self.sources]
        if unsourced:
            raise ValueError(f"prices without a source: {unsourced}")
        if twice := (self.by_use & self.free) | (set(self.resources) & (self.by_use | self.free)):
            raise ValueError(f"types that are in two places: {sorted(twice)}")
        return self


@cache
def price_list() -> PriceList:
    """The list that comes with taller."""
    text = resources.files("labs.core.cost").joinpath("prices.yaml").read_text(encoding="utf-8")
    return PriceList.model_validate(yaml.safe_load(text))
