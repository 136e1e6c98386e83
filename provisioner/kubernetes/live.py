"""What a scenario does in a running cluster before the lab is handed over: a script with the administrator's rights.

It runs in a cell beside the node. The script and the kubeconfig reach it over its standard input and lie in the cell's
memory only, so that nothing of them is left anywhere when the cell ends with the script.
"""

from functools import partial

from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Engine
from labs.core.probes import ToolRequest
from provisioner.cell.incell import InCell, run_tool

LIVE_SECONDS = 180.0
"""It waits for pods, some one after the other, on a host that may be starting eight labs."""
_SAID_CHARACTERS = 600
_SAID_MAX_BYTES = 64 * 1024
_LOADER = """
set -eu
umask 077
IFS= read -r -d '' config
printf %s "$config" > "$HOME/.admin"
export KUBECONFIG="$HOME/.admin"
script=$(cat)
exec bash -Eeuo pipefail -c "$script" live < /dev/null
"""
_NODE_LOADER = """
set -eu
script=$(cat)
bash -Eeuo pipefail -c "$script" node < /dev/null
sleep 1.1
journalctl --quiet --rotate
journalctl --quiet --vacuum-time=1s
find /etc /root /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env /var/lib/kubelet/pki \
  -exec touch --no-dereference --reference=/etc/taller.json {} +
"""
"""The journal begins after the script, and no file of the configuration is younger than another."""
_TELLING = """trap 'echo "{file} line $LINENO: $BASH_COMMAND" >&2' ERR; """
"""On the script's first line, so that bash counts lines as the author does."""


def run_live(engine: Engine, lab: LabId, *, scenario: str, admin: str, script: str) -> None:
    """The script was run to its end. `admin` is the administrator's kubeconfig.

    Raises InfrastructureError, naming the scenario and the line that failed.
    """
    request = ToolRequest(
        ("bash", "-c", _LOADER),
        stdin=f"{admin}\0{_TELLING.format(file='live.sh.j2')}{script}",
        timeout_seconds=LIVE_SECONDS,
        output_max_bytes=_SAID_MAX_BYTES,
    )
    access = CandidateAccess(terminal=False)
    _run(request, lambda command: engine.command_in_cell(lab, command, access), lab, f"live.sh.j2 of {scenario}")


def run_on_node(engine: Engine, lab: LabId, *, scenario: str, script: str) -> None:
    """The script was run to its end by the root of the lab's node, and the node shows no trace of when.

    Raises InfrastructureError, naming the scenario and the line that failed.
    """
    request = ToolRequest(
        ("bash", "-c", _NODE_LOADER),
        stdin=f"{_TELLING.format(file='node.sh.j2')}{script}",
        timeout_seconds=LIVE_SECONDS,
        output_max_bytes=_SAID_MAX_BYTES,
    )
    in_cell = partial(engine.command_on_node, lab, terminal=False)
    _run(request, in_cell, lab, f"node.sh.j2 of {scenario}")


def _run(request: ToolRequest, in_cell: InCell, lab: LabId, what: str) -> None:
    try:
        answer = run_tool(in_cell, request)
    except UnreachableError as error:
        raise InfrastructureError(f"{what} could not be run to its end: {error.message}", lab=lab) from error
    if answer.exit_code:
        said = f"{answer.stdout}{answer.stderr}".strip()[-_SAID_CHARACTERS:]
        raise InfrastructureError(f"{what} ended with {answer.exit_code}: {said}", lab=lab)
