"""`go build` of a pinned module. Go's own build cache makes a killed build go on where it stopped."""

import json
import os
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from labs.core.errors import ToolchainError
from provisioner.toolchain.table import Recipe

COMPILER_FLAGS = ("-v", "-trimpath", "-buildvcs=false", "-mod=readonly", "-gcflags=all=-dwarf=false")
"""Binaries are stripped anyway: not making debugging tables saves a tenth of the time and a fifth of Go's cache."""
LAST_LINES = 15
"""Of what the compiler says, in an error."""
_GO_HINT = "Install Go 1.26 or later so that `go` is on PATH, then try again."


def go_build(recipe: Recipe, into: Path, *, told: Callable[[str], None]) -> None:
    """The recipe's binaries are in the directory `into`. Raises ToolchainError with the compiler's last lines.

    The same inputs give the same bytes: no paths, no version-control stamp, no build id of the linker's choosing.
    `told` hears how many packages were compiled so far and the last one's name.
    """
    if not shutil.which("go"):
        raise ToolchainError("there is no Go compiler", hint=_GO_HINT)
    if not (recipe.directory / "go.mod").is_file():
        raise ToolchainError(f"{recipe.directory} has no go.mod", hint="Run from a full checkout of the repository.")
    if recipe.files:
        _join_files(recipe, into, told)
        return
    said: deque[str] = deque(maxlen=LAST_LINES)
    compiled = 0
    with subprocess.Popen(
        [*_dying_with_us(), *command(recipe, into)],
        cwd=recipe.directory,
        env=environment(recipe, os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            if " " in line:  # a lone word is a package's name: many follow the message, of what was begun before it
                said.append(line.rstrip())
            else:
                compiled += 1
            told(f"{compiled} packages, {line.strip()}")
    if process.returncode:
        raise ToolchainError(
            f"`go build` in {recipe.directory} failed:\n" + "\n".join(said),
            hint="`make setup` installs the C compiler and headers; modules need the Go module proxy.",
        )


def _join_files(recipe: Recipe, into: Path, told: Callable[[str], None]) -> None:
    """The module's files, in order of their names, are one file of YAML documents named like the module's directory."""
    argv = command(recipe, into)
    done = subprocess.run(
        argv,
        cwd=recipe.directory,
        env=environment(recipe, os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolchainError(
            f"`{' '.join(argv)}` in {recipe.directory} failed:\n{(done.stdout + done.stderr)[-2000:]}",
            hint="Modules need the Go module proxy.",
        )
    found = sorted(Path(json.loads(done.stdout)["Dir"]).glob(recipe.files))
    if not found:
        raise ToolchainError(f"The module {recipe.packages[0]} has no {recipe.files}.")
    told(f"{len(found)} files")
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"{recipe.module}.yaml"
    target.write_text("".join(f"---\n{path.read_text(encoding='utf-8')}" for path in found), encoding="utf-8")
    target.chmod(0o755)  # what is in place is told by that


def command(recipe: Recipe, into: Path) -> list[str]:
    """The `go build` argv. A directory as `-o` makes Go name each binary after its package."""
    if recipe.files:
        return ["go", "mod", "download", "-json", *recipe.packages]
    linker = ["-s", "-w", "-buildid="]
    linker += ["-linkmode=external", "-extldflags=-static"] if recipe.cgo else []
    linker += [f"-X={name}={value}" for name, value in recipe.stamps.items()]
    flags = [*COMPILER_FLAGS, f"-ldflags={' '.join(linker)}"]
    if recipe.tags:
        flags.append(f"-tags={','.join(recipe.tags)}")
    if recipe.is_test:
        return ["go", "test", "-c", *flags, "-o", f"{into}/", *recipe.packages]
    return ["go", "build", *flags, "-o", f"{into}/", *recipe.packages]


def environment(recipe: Recipe, host: Mapping[str, str]) -> dict[str, str]:
    """The host's environment (proxies, Go's cache and module settings) without what would change the result."""
    kept = {name: value for name, value in host.items() if name not in {"GOFLAGS", "GOOS", "GOARCH", "GOWORK"}}
    return kept | {"CGO_ENABLED": "1" if recipe.cgo else "0", "GOWORK": "off"}


def _dying_with_us() -> list[str]:
    """A prefix with which the kernel ends `go` when the thread that started it ends, even by SIGKILL."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
