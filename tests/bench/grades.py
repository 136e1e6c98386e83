"""How long a grade takes, scenario by scenario."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from labs.catalogue.loader import load_catalogue
from labs.lifecycle.variants import drawn
from tests.bench.command import taller

if TYPE_CHECKING:
    from tests.bench.measure import Measurements

SEED = "bench"
LOOKS = 2


def bench_grades(found: "Measurements", home: Path) -> None:
    """Every scenario alone in a lab, mended by its first fix; what its checks hold on for is not counted."""
    catalogue = load_catalogue()
    for name in catalogue.scenarios:
        spec = drawn(catalogue, [name], SEED)[name].spec
        hold = max((check.hold_seconds for check in spec.checks), default=0.0)
        lab = taller("up", "--scenario", name, "--candidate", name, "--seed", SEED, "--json", home=home)[1]["lab"]
        taller("fix", lab, name, home=home)
        taller("grade", lab, home=home)  # the fix's rollouts end here: what follows is a fixed state
        for _ in range(LOOKS):
            seconds, report = taller("grade", lab, "--json", home=home)
            if report["points"] != report["max_points"]:
                sys.exit(f"the fixed {name} has {report['points']} of {report['max_points']} points")
            found.add(f"grade of {name}, holds excluded", seconds - hold)
        taller("down", lab, home=home)
