"""The candidate's workspace: files put there, and tools run on it, always from inside a cell."""

import io
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from labs.core.errors import InfrastructureError, TallerError, UnreachableError
from labs.core.probes import WORKSPACE, ExecAnswer, ToolRequest

InCell = Callable[[Sequence[str]], Sequence[str]]
"""From a command to the argv that runs it in a cell with the workspace."""
PLACE_SECONDS = 30.0
"""It takes a tenth of a second."""
GRACE_SECONDS = 15.0
"""For starting and ending a cell on a busy host; the time of the command itself is kept inside."""
TIMED_OUT = 124
"""What timeout(1) answers."""
KILLED = (128 + signal.SIGKILL, -signal.SIGKILL)
"""How timeout(1) ends when the command did not end by being asked to: as it, by SIGKILL."""
_CHUNK_BYTES = 65536


def remove(in_cell: InCell, folder: str) -> None:
    """Nothing is left of the folder in the workspace. Raises InfrastructureError."""
    try:
        answer = run_tool(in_cell, ToolRequest(("rm", "-rf", "--", f"{WORKSPACE}/{folder}")))
    except UnreachableError as error:
        raise InfrastructureError(f"The files of {folder} could not be removed: {error.message}") from error
    if answer.exit_code:
        raise InfrastructureError(f"The files of {folder} could not be removed: {answer.stderr.strip()[-500:]}")


def place(in_cell: InCell, folder: str, files: Mapping[str, str]) -> None:
    """The files are in the folder of the workspace, the candidate's own. Raises InfrastructureError."""
    script = 'mkdir -p "$1" && tar -x --no-same-owner -C "$1"'
    command = ["bash", "-c", script, "bash", f"{WORKSPACE}/{folder}"]
    try:
        done = subprocess.run(
            list(in_cell(command)), input=_archive(files), capture_output=True, timeout=PLACE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(f"The files of {folder} could not be placed in {PLACE_SECONDS:g} s.") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise InfrastructureError(f"The files of {folder} could not be placed: {said}")


def run_tool(in_cell: InCell, request: ToolRequest) -> ExecAnswer:
    """See Sandbox.run. Time is bounded inside the cell, whose first process is the clock; output here."""
    clock = ["timeout", "-k", "1", f"{request.timeout_seconds:g}", *request.command]
    try:
        argv = in_cell(clock)
    except TallerError as error:
        raise UnreachableError(error.message) from error
    begun = time.monotonic()
    with (
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        ThreadPoolExecutor(3, "tool") as pool,
    ):
        pool.submit(_written, process.stdin, request.stdin.encode())
        said = [pool.submit(_bounded, each, request.output_max_bytes) for each in (process.stdout, process.stderr)]
        try:
            code = process.wait(request.timeout_seconds + GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = TIMED_OUT
        stdout, stderr = (each.result() for each in said)
    if code == TIMED_OUT or (code in KILLED and time.monotonic() >= begun + request.timeout_seconds):
        raise UnreachableError(f"{request.command[0]} did not end within {request.timeout_seconds:g} s.")
    return ExecAnswer(code, stdout, stderr)


def _archive(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, text in sorted(files.items()):
            data = text.encode()
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _written(stream: IO[bytes] | None, data: bytes) -> None:
    """The command has its input, as far as it wants any."""
    if stream is None:
        return
    try:
        with stream:
            stream.write(data)
    except BrokenPipeError:
        return


def _bounded(stream: IO[bytes] | None, max_bytes: int) -> str:
    """The beginning of what is said; the rest is read, lest the speaker wait, and forgotten."""
    if stream is None:
        return ""
    said = stream.read(max_bytes)
    while stream.read(_CHUNK_BYTES):
        continue
    return said.decode(errors="replace")
