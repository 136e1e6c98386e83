"""The program behind the repository's Pulumi.yaml: an empty node with objects from files, by hand.

`pulumi config set lab me-0001`, `pulumi config set manifests objects.yaml`, `pulumi up`. Labs of candidates are made by
`taller up`, whose program is `program.register`; it needs no language host.
"""

from pathlib import Path
from typing import Any

import pulumi
import yaml

from labs.core.ids import lab_id
from provisioner.pulumi.program import LabProgram, Outputs, ScenarioPart, register

HAND_MADE_SECONDS = 4 * 3600.0
"""Half a working day, as `taller up` gives."""


def main() -> None:
    """The stack's resources are registered with the running Pulumi program."""
    config = pulumi.Config()
    files = [Path(name) for name in (config.get("manifests") or "").split()]
    manifests: list[dict[str, Any]] = [
        document for file in files for document in yaml.safe_load_all(file.read_text(encoding="utf-8")) if document
    ]
    lab = lab_id(config.require("lab"))
    part = ScenarioPart("objects", manifests)
    register(LabProgram(lab, config.get("engine") or "labnode", [part], HAND_MADE_SECONDS), Outputs())


main()
