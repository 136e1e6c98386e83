"""An AWS lab for real: two accounts side by side, a candidate who tries what a stranger would, a server that dies."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.ids import LabId
from labs.core.settings import Settings
from provisioner.aws.client import AwsClient
from provisioner.cell import cgroups
from provisioner.cell.slots import Slots
from provisioner.cell.spec import SHELL_PREFIX
from tests.contract import command
from tests.contract.labs import leftovers
from tests.contract.outside import Listener

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

SCENARIO = "documents_shared"
UNCOMPILED = """
import sys
from pathlib import Path
import awscli.clidriver, moto.moto_server.werkzeug_app, waitress.server
specs = [each.__spec__ for each in sys.modules.values() if getattr(each, "__spec__", None)]
files = [each for each in specs if each.origin and each.origin.endswith(".py")]
print(len(files), [each.name for each in files if not Path(each.cached).exists()])
"""
"""How many modules the command `aws` and the account's server import, and which of them Python compiles every time."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A lab of the CLI's, in a TALLER_HOME of its own."""

    name: str
    home: Path

    def taller(self, *arguments: str) -> CompletedProcess[str]:
        return command.ended(*arguments, home=self.home)

    def start(self, *arguments: str) -> Popen[str]:
        return command.started(*arguments, home=self.home)

    def shell(self, script: str) -> str:
        """What a script in the candidate's shell says."""
        done = self.taller("shell", self.name, "--", "bash", "-c", f"exec 2>&1\n{script}")
        return done.stdout + done.stderr

    @property
    def environment(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads((self.home / "labs" / self.name / "aws-environment.json").read_text())
        return kept

    @property
    def admin(self) -> AwsAdmin:
        return AwsAdmin.from_json((self.home / "labs" / self.name / "aws-admin.json").read_text())

    def as_candidate(self, endpoint: str = "") -> AwsClient:
        """The candidate's own credentials, used from the host, at this account's endpoint or another's."""
        admin = AwsAdmin(endpoint or self.admin.endpoint, self.admin.account, self.admin.region)
        keys = {
            "AccessKeyId": self.environment["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": self.environment["AWS_SECRET_ACCESS_KEY"],
        }
        return AwsClient(admin, keys=keys)

    @property
    def server_pid(self) -> int:
        pid = (Settings().run / "cells" / f"{self.name}.aws" / "pid").read_text()
        (server,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(server)


def shell_of(lab: Lab, script: str) -> Popen[str]:
    """A script at work in the candidate's shell."""
    return lab.start("shell", lab.name, "--", "bash", "-c", script)


def shells_in(cell: str) -> list[str]:
    """The control groups of a cell's shells in which something runs."""
    found = [each for group in cgroups.groups(cell) for each in group.glob(f"{SHELL_PREFIX}*/cgroup.procs")]
    return [str(each) for each in found if each.read_text()]


def started(home: Path, candidate: str) -> Lab:
    fresh = Lab("", home)
    done = fresh.taller("up", "--scenario", SCENARIO, "--candidate", candidate, "--json")
    assert done.returncode == 0, done.stderr
    return Lab(json.loads(done.stdout)["lab"], home)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Lab]]:
    """Two labs of the same scenario; nothing of them is left."""
    home = tmp_path_factory.mktemp("accounts")
    first, second = started(home, "ana"), started(home, "bea")
    yield first, second
    for lab in (first, second):
        done = lab.taller("down", lab.name)
        assert done.returncode == 0, done.stderr
        assert leftovers(lab.name) == []


def test_a_command_does_not_compile_what_it_imports(pair: tuple[Lab, Lab]) -> None:
    """A cell's root is read-only: what is not compiled in it is compiled by each command anew."""
    lab, _ = pair
    count, _, uncompiled = lab.shell(f"python3 -sP -c '{UNCOMPILED}'").partition(" ")
    assert int(count) > 500
    assert uncompiled.strip() == "[]"


def test_each_lab_has_an_account_of_its_own(pair: tuple[Lab, Lab]) -> None:
    first, second = pair
    assert first.admin.account != second.admin.account
    for lab in pair:
        said = json.loads(lab.shell("aws sts get-caller-identity"))
        assert said["Account"] == lab.admin.account
        assert said["Arn"] == f"arn:aws:iam::{lab.admin.account}:user/candidate"


def test_tools_work_with_the_variables_of_the_shell(pair: tuple[Lab, Lab]) -> None:
    script = 'python3 -c \'import boto3; print(len(boto3.client("s3").list_buckets()["Buckets"]))\''
    assert pair[0].shell(script).split()[-1] == "1"


def test_another_labs_endpoint_is_out_of_reach(pair: tuple[Lab, Lab]) -> None:
    first, second = pair
    dial = "timeout 3 bash -c 'exec 3<>/dev/tcp/{}/{}' && echo reached"
    for lab, other in ((first, second), (second, first)):
        host, port = other.admin.endpoint.removeprefix("http://").split(":")
        assert "reached" not in lab.shell(dial.format(host, port))
        own_host, own_port = lab.admin.endpoint.removeprefix("http://").split(":")
        assert "reached" in lab.shell(dial.format(own_host, own_port)), "the dialling itself works"


def test_another_labs_credentials_are_refused(pair: tuple[Lab, Lab]) -> None:
    first, second = pair
    ask = AwsCall("s3", "ListBuckets")
    assert first.as_candidate().ask(ask).error_code == ""
    assert first.as_candidate(second.admin.endpoint).ask(ask).error_code == "InvalidAccessKeyId"
    guessed = AwsClient(AwsAdmin(second.admin.endpoint, second.admin.account, "eu-west-1", first.admin.token))
    assert guessed.ask(ask).error_code


def test_a_shell_reaches_neither_the_host_nor_motos_controls(pair: tuple[Lab, Lab]) -> None:
    lab = pair[0]
    slot = Slots(Settings()).find(LabId(f"{lab.name}.aws"))
    assert slot
    with closing(Listener()) as listener:
        said = lab.shell(f"timeout 3 bash -c 'exec 3<>/dev/tcp/{slot.gateway}/{listener.port}' && echo reached")
    assert "reached" not in said
    assert listener.connections == []
    for path in ("moto-api/data.json", "moto-api/reset", "_taller/state", "latest/meta-data/"):
        assert "404" in lab.shell(f"curl -s -o /dev/null -w '%{{http_code}}' $AWS_ENDPOINT_URL/{path}")
    assert "Network is unreachable" in lab.shell("ip route get 192.0.2.1 || true")


def test_a_shell_sees_nothing_of_the_server(pair: tuple[Lab, Lab]) -> None:
    lab = pair[0]
    said = lab.shell("cat /etc/account.json; ps -e -o comm=; id -u; grep Cap /proc/self/status; touch /usr/x; touch /x")
    assert lab.admin.token not in said
    assert "No such file" in said
    assert "python3" not in said
    assert "CapEff:\t0000000000000000" in said
    assert said.count("Read-only file system") == 2
    assert lab.admin.token not in lab.shell("cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'")


def test_what_a_candidate_may_not_is_refused(pair: tuple[Lab, Lab]) -> None:
    candidate = pair[0].as_candidate()
    user = {"UserName": "candidate"}
    for call in (
        AwsCall("iam", "CreateAccessKey", user),
        AwsCall("iam", "AttachUserPolicy", user | {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        AwsCall("ec2", "RunInstances", {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}),
    ):
        assert candidate.ask(call).error_code in {"AccessDenied", "UnauthorizedOperation"}


def test_no_shell_is_open_once_a_lab_is_frozen_not_even_one_that_was_starting(tmp_path: Path) -> None:
    lab, shells = started(tmp_path, "iris"), []
    try:
        shells.append(shell_of(lab, "echo open; exec sleep 600"))
        assert shells[0].stdout
        assert shells[0].stdout.readline() == "open\n"
        freezing = lab.start("freeze", lab.name)
        for _ in range(4):  # beside the freeze: before, during and after it has marked the lab
            shells.append(shell_of(lab, "exec sleep 600"))
            time.sleep(0.15)
        freezing.communicate(timeout=60)
        assert freezing.returncode == 0
        assert shells_in(f"{lab.name}.aws") == []
        assert all(shell.wait(60) != 0 for shell in shells), "closed, or refused"
        assert shells_in(f"{lab.name}.aws") == []
    finally:
        for shell in shells:
            shell.kill()
            shell.communicate()
        assert lab.taller("down", lab.name).returncode == 0
    assert leftovers(lab.name) == []


def test_freezing_ends_every_credential_and_grading_goes_on(tmp_path: Path) -> None:
    lab = started(tmp_path, "eva")
    try:
        candidate, ask = lab.as_candidate(), AwsCall("s3", "ListBuckets")
        assert candidate.ask(ask).error_code == ""
        assert lab.taller("fix", lab.name, SCENARIO).returncode == 0
        assert lab.taller("freeze", lab.name).returncode == 0
        assert candidate.ask(ask).error_code
        assert not (tmp_path / "labs" / lab.name / "aws-environment.json").exists()
        graded = lab.taller("grade", lab.name, "--json")
        assert graded.returncode == 0, graded.stderr
        report: dict[str, Any] = json.loads(graded.stdout)
        assert report["points"] == report["max_points"] > 0
        assert lab.taller("shell", lab.name, "--", "true").returncode == 2
    finally:
        assert lab.taller("down", lab.name).returncode == 0


def test_a_server_that_dies_damages_the_lab_and_fails_nobody(tmp_path: Path) -> None:
    lab = started(tmp_path, "leo")
    try:
        asking = "while aws sts get-caller-identity >/dev/null 2>/tmp/said; do echo works; done; cat /tmp/said"
        with shell_of(lab, asking) as working:
            assert working.stdout
            assert working.stdout.readline() == "works\n"
            os.kill(lab.server_pid, signal.SIGKILL)
            assert "Could not connect to the endpoint" in working.stdout.read()
        (listed,) = json.loads(lab.taller("list", "--json").stdout)
        assert (listed["state"], listed["damaged"]) == ("ready", ["emulated"])
        assert "damaged" in lab.taller("list").stdout
        graded = lab.taller("grade", lab.name, "--json")
        assert graded.returncode == 3, graded.stdout
        assert "damaged" in graded.stdout + graded.stderr
        assert "points" not in json.loads(graded.stdout)
        journal = json.loads(lab.taller("show", lab.name, "--json").stdout)["events"]
        assert [each["detail"] for each in journal if each["name"] == "damaged"] == ["emulated"]
        assert lab.taller("freeze", lab.name).returncode == 3
        entered = lab.taller("shell", lab.name, "--", "true")
        assert entered.returncode == 3
        assert "does not run any more" in entered.stderr
    finally:
        assert lab.taller("down", lab.name).returncode == 0
    assert leftovers(lab.name) == []
