"""Findings in a candidate's OpenTofu configuration: a plan made of a copy of it in a cell, or the state itself.

Whatever the candidate wrote is run and read there only; here arrives JSON, which is hostile text. Nothing of theirs
may become a program in that cell either, or it could speak for OpenTofu: the only provider is our own stand-in for
AWS's, which plans and makes nothing (none is taken from `terraform.d/plugins`), `.terraform` is left behind, and a
configuration that encrypts its state, which OpenTofu does by commands if asked to, is not planned. Terragrunt has more
ways to run a program: a configuration that names one of them is not planned, and what it generates is looked at again
before each start of OpenTofu, by a wrapper.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from grading.aws import complaint, wanted
from grading.aws_answers import result_of
from grading.findings import Finding, failed, passed, shown
from grading.helpers import ScenarioView
from grading.spec_tofu import StateObject, TofuCheck
from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError
from labs.core.probes import WORKSPACE, ToolRequest

MOST_KIB = 32 * 1024
"""Of a workspace, to be looked at: it is copied to memory."""
STATE_FILE = "terraform.tfstate"
NO_SUCH_OBJECT = frozenset({"NoSuchKey", "NoSuchBucket", "404"})

_TROUBLES = {
    "size": ("The workspace is too large to be looked at.", "El workspace es demasiado grande para examinarlo."),
    "folder": ("The folder of the configuration is gone.", "La carpeta de la configuración ya no está."),
    "encryption": (
        "The configuration encrypts its state or plan, and is not planned.",
        "La configuración cifra su estado o plan, y no se planifica.",
    ),
    "programs": (
        "The configuration has Terragrunt run programs, and is not planned.",
        "La configuración hace que Terragrunt ejecute programas, y no se planifica.",
    ),
    "init": ("OpenTofu cannot initialise the configuration.", "OpenTofu no puede inicializar la configuración."),
    "plan": ("OpenTofu cannot plan the configuration.", "OpenTofu no puede planificar la configuración."),
    "state": ("There is no state that could be read.", "No hay un estado que se pueda leer."),
}

_COPY = f"""
set -u
trouble() {{ jq -cRs --arg at "$1" '{{trouble: $at, said: .[-2000:]}}' < /tmp/said; exit 0; }}
: > /tmp/said; cat > /tmp/given
size=$(du -sk --apparent-size --exclude=.terraform --exclude=.terragrunt-cache {WORKSPACE} | cut -f1)
[ "$size" -le {MOST_KIB} ] || trouble size
mkdir /tmp/copy
tar -C {WORKSPACE} --exclude=.terraform --exclude=.terragrunt-cache -c . | tar -C /tmp/copy -x
cd "/tmp/copy/$1" 2> /tmp/said || trouble folder
"""

_PLAN = r"""
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_CLI_CONFIG_FILE=/tmp/cli.tfrc
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' \
  /usr/local/share/terraform/plugins > /tmp/cli.tfrc
word='(^|[^"A-Za-z0-9_-])encryption([^"A-Za-z0-9_.-].*)?\{'
if grep -rIE --include='*.tf' --include='*.tofu' "$word" /tmp/copy > /tmp/said; then trouble encryption; fi
if grep -rIE --include='*.json' 'encryption|\\u' /tmp/copy > /tmp/said; then trouble encryption; fi
[ "$2" != anew ] || rm /tmp/given
if [ -s /tmp/given ] || [ "$2" = anew ]; then
  rm -f terraform.tfstate  # OpenTofu would want to take it along
  printf 'terraform {\n  backend "local" {\n    path = "/tmp/given"\n  }\n}\n' > zzzz_override.tf
fi
tofu init -input=false -no-color > /tmp/said 2>&1 || trouble init
printf '%s' "$3" > /tmp/given.tfvars.json
[ "$2" = destroy ] && mode=-destroy || mode=-refresh=true
tofu plan "$mode" -input=false -no-color -lock=false -var-file=/tmp/given.tfvars.json -out=/tmp/plan > /tmp/said 2>&1 ||
  trouble plan
printf '{"document": '; tofu show -json /tmp/plan; printf '}'
"""

_TERRAGRUNT = r"""
programs='(^|[^A-Za-z0-9_-])(run_cmd|(before|after|error)_hook|terraform_binary|extra_arguments|engine|sops_decrypt_file)'
if grep -raE "$programs" /tmp/copy > /tmp/said; then trouble programs; fi
if grep -rIE --include='*.json' '\\u' /tmp/copy > /tmp/said; then trouble programs; fi  # a name, spelled otherwise
mkdir /tmp/bin
cat > /tmp/bin/tofu << 'END'
#!/bin/bash
word='(^|[^"A-Za-z0-9_-])encryption([^"A-Za-z0-9_.-].*)?\{'
if grep -rIE --include='*.tf' --include='*.tofu' "$word" . || grep -rIE --include='*.json' 'encryption|\\u' .; then
  echo 'encryption is not planned' >&2
  exit 1
fi
exec /usr/local/bin/tofu "$@"
END
chmod +x /tmp/bin/tofu
export CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE=/tmp/cli.tfrc
export TG_TF_PATH=/tmp/bin/tofu TG_NON_INTERACTIVE=true TG_NO_COLOR=true
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' \
  /usr/local/share/terraform/plugins > /tmp/cli.tfrc
terragrunt run -- plan -input=false -no-color -lock=false -out=/tmp/plan > /tmp/said 2>&1 || trouble plan
printf '{"document": '; terragrunt run --log-disable -- show -json /tmp/plan; printf '}'
"""

_STATE = f"""
[ -f {STATE_FILE} ] || trouble state
jq -c '{{document: .}}' {STATE_FILE} 2> /tmp/said || trouble state
"""


def tofu_finding(check: TofuCheck, view: ScenarioView) -> Finding:
    """Whether the plan or the state is as expected. A configuration that cannot be planned is a failure."""
    given = _object(check.state, view) if check.state else ""
    if given is None:
        return _trouble("state", f"s3://{check.state.bucket}/{check.state.key}" if check.state else "")
    if check.look == "state" and check.state:
        answer: Mapping[str, Any] = {"document": _parsed(given)}
    else:
        answer = _asked(check, given, view)
    if check.refused or check.expect is None:
        return _refusal(answer)
    if "trouble" in answer:
        return _trouble(str(answer["trouble"]), str(answer.get("said", "")))
    document = answer.get("document")
    if not isinstance(document, dict):
        return _trouble(check.look, "")
    if check.look == "state":
        document = {"resources": list(resources(document))}
    try:
        value = jmespath.search(check.query, document)
    except JMESPathError:  # a function of the query was given what it does not take
        value = None
    if not (complained := complaint(check.expect, value)):
        return passed(en=f"The {check.look} is as expected.", es=f"{_ES[check.look]} es lo esperado.")
    return failed(
        en=f"{check.look}, {check.query}: {complained[0]}",
        es=f"{check.look}, {check.query}: {complained[1]}",
        expected=wanted(check.expect),
        actual=shown(value),
    )


_ES = {"plan": "El plan", "anew": "El plan desde cero", "state": "El estado"}


def resources(state: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each instance in a state file (format 4), whatever its module: hostile data, so that shapes are not trusted."""
    for resource in _mappings(state.get("resources")):
        module = str(resource.get("module", ""))
        name = f"{resource.get('type')}.{resource.get('name')}"
        for instance in _mappings(resource.get("instances")):
            key = instance.get("index_key")
            address = f"{module}.{name}" if module else name
            values = instance.get("attributes")
            yield {
                "address": address if key is None else f"{address}[{json.dumps(key)}]",
                "module": module,
                "type": resource.get("type"),
                "id": values.get("id") if isinstance(values, dict) else None,
                "values": values,
            }


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _asked(check: TofuCheck, given: str, view: ScenarioView) -> Mapping[str, Any]:
    """What the cell says. Raises UnreachableError when that is no answer of our script."""
    script = _COPY + (_STATE if check.look == "state" else _TERRAGRUNT if check.terragrunt else _PLAN)
    asked = (check.folder, "destroy" if check.destroy else check.look, json.dumps(check.variables))
    answer = view.sandbox.run(ToolRequest(("bash", "-c", script, "look", *asked), stdin=given))
    document = _parsed(answer.stdout)
    if not isinstance(document, dict):
        raise UnreachableError(f"The look at {check.folder} gave nothing readable: {answer.stderr.strip()[-300:]}")
    return document


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # the second for what nests deeper than Python follows
        return None


def _object(state: StateObject, view: ScenarioView) -> str | None:
    """The state in the bucket; None where there is none."""
    call = AwsCall("s3", "GetObject", {"Bucket": state.bucket, "Key": state.key})
    result = result_of(view.aws, call, absent=NO_SUCH_OBJECT)
    return None if result is None else str(result.get("Body", ""))


def _refusal(answer: Mapping[str, Any]) -> Finding:
    """A plan was wanted not to be. One that could not even begin says nothing of what it would refuse."""
    if answer.get("trouble") == "plan":
        return passed(en="The configuration refuses it.", es="La configuración lo rechaza.")
    if "trouble" in answer:
        return _trouble(str(answer["trouble"]), str(answer.get("said", "")))
    return failed(en="The configuration lets it pass.", es="La configuración lo deja pasar.", expected="refused")


def _trouble(at: str, said: str) -> Finding:
    en, es = _TROUBLES.get(at, _TROUBLES["plan"])
    return failed(en=en, es=es, actual=said.strip()[-1000:])
