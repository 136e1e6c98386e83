"""Scenarios as folders: loading, validation, parameters drawn from a seed, faults merged into manifests."""

from labs.catalogue.loader import Catalogue, load_catalogue
from labs.catalogue.problems import CatalogueError, Problem
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Access, Hint, Script, Variant

__all__ = [
    "Access",
    "Catalogue",
    "CatalogueError",
    "Hint",
    "Problem",
    "Scenario",
    "Script",
    "Variant",
    "load_catalogue",
]
