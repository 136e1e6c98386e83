"""What a node that the candidate is root on must not tell: how its files were before the fault."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.probes import ExecAnswer, ToolRequest

if TYPE_CHECKING:
    from provisioner.cell.incell import InCell

Files = Mapping[str, frozenset[str]]
"""Paths, and the lines of each."""
FOLDERS = ("/etc", "/home", "/opt", "/root", "/srv", "/usr/lib/systemd/system", "/usr/local/bin", "/var/lib/kubelet")
"""Where a node is configured."""
NOT_SEARCHED = ("/proc", "/sys", "/dev", "/var/lib/etcd", "/var/lib/containerd", "*/rootfs", "/usr/local/lib")
"""What is no file; the database, whose history is a candidate's to read; images and tools, which are every lab's."""
SHORTEST_LINE = 8
"""Shorter lines may be anywhere, and tell nothing."""
CONTROL = ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash")
"""Every search looks for this too: one that cannot find it has not looked."""
_SOUGHT = 'sought=$(mktemp -p /dev/shm) && trap "rm $sought" EXIT && cat > "$sought"'
"""What is sought, in a file where no search looks: as arguments, `find` takes the {} of YAML and JSON for its own."""
_SECONDS = 60.0
_MAX_BYTES = 32 * 2**20
_LAST_CHARACTERS = 300


def configuration(in_node: "InCell") -> Files:
    """Return the texts by which the node is configured. Raises InfrastructureError."""
    command = ("find", *FOLDERS, "-type", "f", "-size", "-256k", "-exec", "grep", "-IHZs", ".", "{}", "+")
    return _found(in_node, command)


def replaced(before: Files, after: Files) -> frozenset[str]:
    """Return the lines that a file lost, but for what stands in one since before: that is there to be found."""
    kept = "\n".join(line for path, lines in after.items() for line in lines & before.get(path, frozenset()))
    lost = {_bare(line) for path, lines in before.items() for line in lines - after.get(path, frozenset())}
    return frozenset(line for line in lost if len(line) >= SHORTEST_LINE and line not in kept)


def told_on_node(in_node: "InCell", lines: Collection[str]) -> Iterator[str]:
    """Tell where on the node, its journal included, these lines still are. Raises InfrastructureError."""
    sought = "".join(f"{line}\n" for line in (CONTROL[1], *sorted(lines)))
    pruned = [word for path in NOT_SEARCHED for word in ("-o", "-path", path)][1:]
    places = ("/", "(", *pruned, ")", "-prune", "-o", "-type", "f")
    grep = f'{_SOUGHT}; find "$@" -exec grep -IoFwHZs -f "$sought" {{}} +'
    files = _found(in_node, ("bash", "-c", grep, "bash", *places), stdin=sought)
    grep = f'{_SOUGHT}; journalctl --quiet --output=cat | grep -oFw -f "$sought"'
    journal = _answer(in_node, ("bash", "-c", grep), stdin=sought).stdout
    for path, found in sorted({**files, "its journal": frozenset(journal.splitlines())}.items()):
        for line in sorted(found - {CONTROL[1]}):
            yield f"the node has {line[:80]!r}, which the fault replaced, in {path}"


def _found(in_node: "InCell", command: tuple[str, ...], *, stdin: str = "") -> Files:
    """What `grep -HZ` finds: it says a path, NUL, and what it found there, in a line."""
    files: defaultdict[str, set[str]] = defaultdict(set)
    answer = _answer(in_node, command, stdin=stdin)
    for each in answer.stdout.split("\n"):
        path, nul, line = each.partition("\0")
        if nul:
            files[path].add(line.strip())
    path, line = CONTROL
    if line not in files[path]:
        last = answer.stderr.strip()[-_LAST_CHARACTERS:]
        raise InfrastructureError(
            f"The files of the node could not be read: {path} was not found as it must be. "
            f"{command[0]} ended with {answer.exit_code} after {len(answer.stdout)} characters: {last!r}"
        )
    return {path: frozenset(lines) for path, lines in files.items()}


def _answer(in_node: "InCell", command: tuple[str, ...], *, stdin: str = "") -> ExecAnswer:
    from provisioner.cell.incell import run_tool  # noqa: PLC0415 - the provisioner is slow to import

    request = ToolRequest(command, stdin, timeout_seconds=_SECONDS, output_max_bytes=_MAX_BYTES)
    try:
        return run_tool(in_node, request)
    except UnreachableError as error:
        raise InfrastructureError(f"The files of the node could not be read: {error.message}") from error


def _bare(line: str) -> str:
    """An item of YAML without its dash: as an argument it is elsewhere without."""
    return line.removeprefix("- ").strip()
