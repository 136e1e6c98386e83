"""The numbers of AWS labs."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from labs.core.ports import SandboxSpec
from provisioner.cell.slots import ACCOUNT_SUFFIX
from provisioner.emulated.engine import PORT
from tests.bench.command import crossings, expect_nothing_left, pss_mib, taller, up

if TYPE_CHECKING:
    from tests.bench.measure import Measurements

SCENARIOS = ("documents_shared", "workers_offline", "uploads_refused")
MANY = 20
TOUCHED = {
    "ec2": "DescribeVpcs",
    "iam": "ListUsers",
    "organizations": "ListRoots",
    "wafv2": "ListWebACLs",
    "apigateway": "GetRestApis",
    "eks": "ListClusters",
}
"""Services whose code is loaded, and stays, before memory is measured."""


def bench_accounts(found: "Measurements", home: Path, rounds: int) -> None:
    """One AWS lab from the command to nothing left, and what an idle one takes."""
    for number in range(rounds):
        begun = time.monotonic()
        process = up(f"bench {number}", SCENARIOS, home)
        out, errors = process.communicate()
        found.add("command to AWS lab handed over, three scenarios", time.monotonic() - begun, limit=8.0)
        if process.returncode:
            sys.exit(f"taller up failed:\n{out}{errors}")
        lab = json.loads(out)["lab"]
        for name in SCENARIOS:
            taller("fix", lab, name, home=home)
        for _ in range(2):
            seconds, report = taller("grade", lab, "--json", home=home)
            if report["points"] != report["max_points"]:
                sys.exit(f"the fixed lab has {report['points']} of {report['max_points']} points")
            found.add("grade of three AWS scenarios", seconds, limit=3.0)
        begun = time.monotonic()
        taller("down", lab, home=home)
        found.add("teardown of an AWS lab to nothing left", time.monotonic() - begun, limit=1.0)
        expect_nothing_left(lab)
    _idle_memory(found, rounds)


def _idle_memory(found: "Measurements", rounds: int) -> None:
    from labs.core.aws import AwsAdmin, AwsCall  # noqa: PLC0415
    from provisioner.aws.client import AwsClient  # noqa: PLC0415 - botocore
    from provisioner.engines import engine  # noqa: PLC0415 - reads TALLER_HOME once

    emulated = engine("emulated")
    for number in range(min(rounds, 3)):
        lab = LabId(f"bench-aws-000{number}")
        try:
            client = AwsClient(AwsAdmin.from_json(emulated.create(SandboxSpec(lab)).admin))
            for service, operation in TOUCHED.items():
                client.ask(AwsCall(service, operation, {"Scope": "REGIONAL"} if service == "wafv2" else {}))
            found.add("memory of an idle AWS lab (PSS)", pss_mib(f"{lab}{ACCOUNT_SUFFIX}"), unit="MiB", limit=260.0)
        finally:
            emulated.destroy(lab)


def bench_many_accounts(found: "Measurements", home: Path) -> None:
    """Twenty labs at once: each of them ready, none reaching another."""
    begun = time.monotonic()
    processes = [up(f"many {number}", SCENARIOS, home) for number in range(MANY)]
    labs = []
    for process in processes:
        out, errors = process.communicate()
        if process.returncode:
            sys.exit(f"one of {MANY} AWS labs failed:\n{out}{errors}")
        labs.append(json.loads(out)["lab"])
    found.add(f"all of {MANY} AWS labs up at once", time.monotonic() - begun)
    found.add(
        "AWS labs that reached another",
        float(crossings(labs, home, port=PORT, cell=ACCOUNT_SUFFIX)),
        unit="labs",
        limit=0.0,
    )
    taller("down", "--all", home=home)
    for lab in labs:
        expect_nothing_left(lab)
