"""Samples, their summary, and the table and JSON they end up in."""

import json
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path("build/bench.json")


@dataclass(slots=True)
class Measurements:
    """Samples by name, each name with its unit and the most its median may be (None: for information)."""

    limits: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float, *, unit: str = "s", limit: float | None = None) -> None:
        """One more sample; told on standard error at once."""
        self.limits[name] = (unit, limit)
        self.samples.setdefault(name, []).append(value)
        sys.stderr.write(f"  {name}: {value:.2f} {unit}\n")

    def median(self, name: str) -> float:
        """Return the median of the samples so far."""
        return statistics.median(self.samples[name])

    def document(self) -> dict[str, dict[str, object]]:
        """Return median, min and max of each, with unit and limit."""
        return {
            name: {
                "median": round(statistics.median(values), 3),
                "min": round(min(values), 3),
                "max": round(max(values), 3),
                "samples": len(values),
                "unit": self.limits[name][0],
                "limit": self.limits[name][1],
            }
            for name, values in self.samples.items()
        }

    def over(self) -> list[str]:
        """Return the names whose median is above the limit."""
        found = []
        for name, values in self.samples.items():
            limit = self.limits[name][1]
            if limit is not None and statistics.median(values) > limit:
                found.append(name)
        return found

    def write(self, path: Path = RESULTS) -> None:
        """The document is in the file."""
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(self.document(), indent=2) + "\n")

    def lines(self) -> Iterator[str]:
        """Give a Markdown table, which is what the README shows."""
        yield "| what | median | min … max | runs | at most |"
        yield "|---|---|---|---|---|"
        for name, values in self.samples.items():
            unit, limit = self.limits[name]
            middle = statistics.median(values)
            bound = "" if limit is None else f"{limit:g} {unit}"
            spread = f"{min(values):.2f} … {max(values):.2f}"
            yield f"| {name} | {middle:.2f} {unit} | {spread} | {len(values)} | {bound} |"
