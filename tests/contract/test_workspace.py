"""The candidate's workspace, for real: what stays in it, whose it is, how much it takes, and that it leads nowhere."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grading.baseline import Baseline
from grading.findings import Finding
from grading.helpers import ScenarioView
from grading.probing import Probes
from grading.spec_tofu import TofuCheck
from grading.tofu import tofu_finding
from labs.core.ids import LabId, new_lab_id
from labs.core.ports import CandidateAccess, SandboxSpec
from labs.core.probes import WORKSPACE
from labs.core.settings import Settings
from provisioner.aws.sandbox import AwsSandbox
from provisioner.cell.incell import place
from provisioner.cell.workspace import SIZE_MIB
from provisioner.emulated.engine import EmulatedEngine
from tests.contract.labs import leftovers
from tests.unit.grading.fakes import grading_spec

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

MIB = 2**20
FILES = {"main.tf": 'resource "terraform_data" "db" {\n  input = "orders"\n}\n'}


@dataclass(frozen=True, slots=True)
class Bench:
    """An emulated account's lab."""

    engine: EmulatedEngine
    lab: LabId
    sandbox: AwsSandbox

    def shell(self, script: str) -> str:
        """What a script in a candidate's shell says."""
        argv = self.in_cell(["bash", "-c", f"exec 2>&1\n{script}"])
        return subprocess.run(
            list(argv), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        ).stdout

    def in_cell(self, command: list[str]) -> list[str]:
        return list(self.engine.command_in_cell(self.lab, command, CandidateAccess(terminal=False)))

    def finding(self, **check: object) -> Finding:
        """What a grader finds in the folder `shop`."""
        spec = grading_spec()
        sandbox = self.sandbox.with_workspace(lambda command: self.in_cell(list(command)))
        view = ScenarioView(spec, Baseline(spec.scenario, 0.0, {}, {}, {}), sandbox, Probes(sandbox))
        return tofu_finding(TofuCheck.model_validate({"folder": "shop"} | check), view)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmulatedEngine:
    return EmulatedEngine(Settings(home=tmp_path_factory.mktemp("workspaces")))


def lab(engine: EmulatedEngine) -> Iterator[Bench]:
    name = new_lab_id("workspace")
    try:
        yield Bench(engine, name, AwsSandbox(engine.create(SandboxSpec(name)).admin))
    finally:
        engine.destroy(name)
    assert leftovers(name) == []


@pytest.fixture(scope="module")
def ours(engine: EmulatedEngine) -> Iterator[Bench]:
    yield from lab(engine)


@pytest.fixture(scope="module")
def theirs(engine: EmulatedEngine) -> Iterator[Bench]:
    yield from lab(engine)


def test_files_stay_from_shell_to_shell_and_are_the_candidates_own(ours: Bench) -> None:
    assert ours.shell("pwd; echo kept > note; stat -c %u:%a .") == f"{WORKSPACE}\n1000:755\n"
    assert ours.shell("cat note; stat -c %u note") == "kept\n1000\n"


def test_another_lab_sees_nothing_of_it(ours: Bench, theirs: Bench) -> None:
    ours.shell("echo secret > ours-only")
    assert theirs.shell("ls -A") == ""
    assert ours.shell("ls ours-only") == "ours-only\n"


def test_a_full_workspace_is_the_labs_problem_only(theirs: Bench) -> None:
    said = theirs.shell("dd if=/dev/zero of=big bs=1M; stat -c %s big; sync")
    assert "No space left on device" in said
    assert int(said.split()[-1]) <= SIZE_MIB * MIB
    files = theirs.engine._cells().files(Path(theirs.engine._settings.home), LabId(f"{theirs.lab}.aws"))
    assert files.workspace_disk.stat().st_blocks * 512 <= SIZE_MIB * MIB
    assert theirs.engine.is_alive(theirs.lab)
    assert "changed" in theirs.shell("rm big; echo changed > small; cat small")


def test_a_million_small_files_are_refused_in_time(theirs: Bench) -> None:
    said = theirs.shell("mkdir many; cd many; touch {1..4000} 2>&1 | tail -1; ls | wc -l; cd ..; rm -r many")
    assert "No space left on device" in said
    assert int(said.split()[-1]) < 4000


def test_nothing_in_it_leads_to_the_host_or_to_the_accounts_server(ours: Bench) -> None:
    said = ours.shell(
        "mknod disk b 7 0; mknod null c 1 3; ln -s /proc/1/root/etc/account.json key; cat key; "
        "ln -s /etc/account.json key2; cat key2; cp /bin/bash . && chmod u+s bash && stat -c %U bash; "
        "cat /mnt/* /etc/account.json; rm -f key key2 bash"
    )
    assert said.count("Operation not permitted") == 2
    assert "token" not in said
    assert said.count("No such file or directory") >= 3


def test_the_host_has_it_mounted_nowhere(ours: Bench) -> None:
    assert ours.lab not in Path("/proc/self/mountinfo").read_text()


def test_the_grader_plans_a_copy_and_reads_the_state(ours: Bench) -> None:
    place(lambda command: ours.in_cell(list(command)), "shop", FILES)
    changes = {"look": "plan", "query": "resource_changes[?change.actions != ['no-op']]", "expect": {"count": 0}}
    kept = {"look": "state", "query": "length(resources)", "expect": {"equals": 1}}
    assert not ours.finding(**changes).passed
    assert not ours.finding(**kept).passed
    assert "complete" in ours.shell("cd shop && tofu init && tofu apply -auto-approve -no-color")
    assert ours.finding(**changes).passed
    assert ours.finding(**kept).passed
    assert ".terraform" not in ours.shell("ls -A shop/*.lock.hcl; ls -A shop | grep -v terraform.tfstate")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "a.tf",
            'terraform {\n encryption /* x */ {\n  key_provider "external" "x" {\n command = ["id"]\n}\n}\n}\n',
            "cifra",
        ),
        ("a.tf.json", '{"terraform": {"\\u0065ncryption": {}}}', "cifra"),
        ("a.tf", "resource {", "inicializar"),
        ("a.tf", 'resource "made_up" "thing" {}\n', "inicializar"),
        ("a.tf", 'output "x" {\n value = file("/etc/shadow")\n}\n', "planificar"),
    ],
)
def test_configurations_that_would_be_programs_or_are_none(ours: Bench, name: str, text: str, told: str) -> None:
    place(lambda command: ours.in_cell(list(command)), "shop", FILES | {name: text})
    finding = ours.finding(look="plan", expect={"count": 0})
    ours.shell(f"rm shop/{name}")
    assert not finding.passed
    assert told in finding.reason.es


def test_a_provider_that_the_candidate_brings_is_not_run(ours: Bench) -> None:
    """OpenTofu would take one from terraform.d/plugins by itself."""
    brought = "terraform.d/plugins/registry.opentofu.org/acme/thing/1.0.0/linux_amd64/terraform-provider-thing_v1.0.0"
    config = 'terraform {\n required_providers {\n  thing = { source = "acme/thing" }\n }\n}\nprovider "thing" {}\n'
    place(lambda command: ours.in_cell(list(command)), "shop", FILES | {"a.tf": config, brought: "#!/bin/bash\n"})
    assert "Installed acme/thing" in ours.shell(f"cd shop && chmod +x {brought} && tofu init -no-color")
    finding = ours.finding(look="plan", expect={"count": 0})
    ours.shell("rm -r shop/a.tf shop/terraform.d shop/.terraform shop/.terraform.lock.hcl")
    assert not finding.passed
    assert "inicializar" in finding.reason.es


def test_aws_is_planned_and_never_made(ours: Bench) -> None:
    """The stand-in of AWS's provider is found by the candidate's OpenTofu and the grader's, and refuses to apply."""
    config = """terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { team = "meadow" }
  }
}
resource "aws_s3_bucket" "this" {
  for_each = toset(["a", "b"])
  bucket   = "meadow-${each.key}"
  tags     = { store = each.key }
}
resource "aws_s3_bucket_public_access_block" "this" {
  for_each          = aws_s3_bucket.this
  bucket            = each.value.id
  block_public_acls = true
}
"""
    place(lambda command: ours.in_cell(list(command)), "cloud", {"main.tf": config})
    made = "resource_changes[?type == 'aws_s3_bucket'].change.after."
    tags = [{"store": "a", "team": "meadow"}, {"store": "b", "team": "meadow"}]
    finding = ours.finding(folder="cloud", look="anew", query=f"{made}tags_all", expect={"equals": tags})
    assert finding.passed, finding.actual
    said = ours.shell("cd cloud && tofu init -no-color && ! tofu apply -auto-approve -no-color 2>&1")
    assert "plans only" in said
    assert "aws_s3_bucket" not in ours.shell("cat cloud/terraform.tfstate")
    ours.shell("sed -i 's/block_public_acls/block_pubic_acls/' cloud/main.tf")
    finding = ours.finding(folder="cloud", look="anew", query=f"{made}bucket", expect={"count": 2})
    assert not finding.passed
    assert "block_pubic_acls" in finding.actual
    ours.shell("rm -r cloud")


UNIT = """terraform {
  source = "."
}
inputs = { size = 3 }
"""
SIZED = 'variable "size" {\n  type = number\n}\nresource "terraform_data" "db" {\n  input = var.size\n}\n'
FORGED = """locals {
  said = run_cmd("bash", "-c", "echo '{}'")
}
"""
HOOKED = """terraform {
  source = "."
  before_hook "x" {
    commands = ["plan"]
    execute  = ["bash", "-c", "exit 0"]
  }
}
"""
GENERATED = """terraform {
  source = "."
}
generate "more" {
  path      = "more.tf"
  if_exists = "overwrite"
  contents  = "terraform {\\n encryp${"tion"} {\\n }\\n}\\n"
}
inputs = { size = 3 }
"""


def test_terragrunts_plan_is_that_of_its_unit(ours: Bench) -> None:
    place(lambda command: ours.in_cell(list(command)), "unit", {"terragrunt.hcl": UNIT, "main.tf": SIZED})
    asked = {"folder": "unit", "look": "plan", "terragrunt": True, "query": "resource_changes[].change.after.input"}
    finding = ours.finding(**asked, expect={"equals": [3]})
    ours.shell("rm -r unit")
    assert finding.passed, finding.actual


@pytest.mark.parametrize(
    ("files", "told", "why"),
    [
        ({"terragrunt.hcl": FORGED}, "ejecute programas", "run_cmd"),
        ({"terragrunt.hcl": HOOKED}, "ejecute programas", "before_hook"),
        (
            {"terragrunt.hcl": UNIT, "more.json": '{"locals": {"x": "${run\\u005fcmd(1)}"}}'},
            "ejecute programas",
            "more.json",
        ),
        ({"terragrunt.hcl": GENERATED}, "planificar", "encryption is not planned"),
        ({"terragrunt.hcl": "inputs = {"}, "planificar", "terragrunt.hcl"),
    ],
)
def test_units_that_would_run_programs_are_not_planned(ours: Bench, files: dict[str, str], told: str, why: str) -> None:
    place(lambda command: ours.in_cell(list(command)), "unit", {"main.tf": SIZED} | files)
    finding = ours.finding(folder="unit", look="plan", terragrunt=True, expect={"count": 0})
    ours.shell("rm -r unit")
    assert not finding.passed
    assert told in finding.reason.es, finding.actual
    assert why in finding.actual


def test_after_freezing_the_graders_own_runs_go_on(ours: Bench) -> None:
    argv = ours.in_cell(["bash", "-c", "echo begun; exec sleep 600"])
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout
        assert shell.stdout.readline() == "begun\n"
        ours.sandbox.freeze()
        ours.engine.end_commands(ours.lab)
        assert shell.wait(30) != 0
    finding = ours.finding(look="state", query="resources[].address", expect={"equals": ["terraform_data.db"]})
    assert finding.passed, json.dumps([finding.reason.en, finding.actual])
