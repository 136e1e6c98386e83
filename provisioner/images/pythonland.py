"""Python distributions for the cells: those of our own environment, copied, so that the lock file pins them too."""

import compileall
import hashlib
import py_compile
import shutil
import sys
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from labs.core.errors import ToolchainError

WANTED = ("awscli", "boto3", "jmespath", "moto[server]", "waitress", "wrapt")
"""What serves an emulated AWS account, and what a candidate works on it with."""
OURS = (
    "labs/__init__.py",
    "labs/core/__init__.py",
    "labs/core/errors.py",
    "labs/core/iam",
    "provisioner/__init__.py",
    "provisioner/emulated/__init__.py",
    "provisioner/emulated/incell",
)
"""The part of our own code that runs in cells; it imports nothing else of ours."""
CODE_PLACE = "usr/local/lib/taller"
LAYOUT = 2
"""Raise it when the code below makes another tree of the same distributions."""

_LEFT_OUT = frozenset({"docker"})
"""moto asks it for Lambda and Batch, which a lab cannot run."""
_USELESS = ("awscli/examples/", "awscli/topics/", "/tests/", "/test/")
_AWS = "#!/usr/bin/python3 -sP\nimport sys\nfrom awscli.clidriver import main\nsys.exit(main())\n"
_REPOSITORY = Path(__file__).parents[2]


@cache
def distributions_key() -> str:
    """What the distributions are, as a short word: it changes when the lock file changes one of them."""
    names = sorted(f"{name}={found.version}" for name, found in _closure(WANTED).items())
    return hashlib.sha256(" ".join([str(LAYOUT), _python(), *names]).encode()).hexdigest()[:12]


@cache
def code_key() -> str:
    """What our code in the cells is, as a short word."""
    digest = hashlib.sha256()
    for path in _our_files():
        digest.update(str(path.relative_to(_REPOSITORY)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def place_distributions(root: Path) -> None:
    """Distributions and the command `aws` are in the root, compiled. Raises ToolchainError if its Python is another."""
    interpreter = root / "usr/bin" / _python()
    if not interpreter.exists():
        raise ToolchainError(
            f"This host's packages bring no {_python()}, which taller itself runs on.",
            hint="Run taller with the host release's own Python 3 (`rm -r .venv; make PYTHON3=/usr/bin/python3`).",
        )
    packages = root / "usr/local/lib" / _python() / "dist-packages"
    for found in _closure(WANTED).values():
        for file in found.files or ():
            if not file.parts[0].startswith("..") and not any(part in f"/{file}" for part in _USELESS):
                _copy(Path(str(found.locate_file(file))), packages / file)
    command = root / "usr/local/bin/aws"
    command.write_text(_AWS, encoding="utf-8")
    command.chmod(0o755)
    _compile(packages, root)
    # Debian's packages compile theirs as they are installed, and here they are only unpacked: without this, a command
    # of `aws` spent half of its time on compiling Python's own library, every time.
    _compile(root / "usr/lib" / _python(), root)


def place_code(root: Path) -> None:
    """Our code for the cells is in the root."""
    for path in _our_files():
        _copy(path, root / CODE_PLACE / path.relative_to(_REPOSITORY))
    _compile(root / CODE_PLACE, root)


def _python() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def _closure(wanted: Sequence[str]) -> dict[str, metadata.Distribution]:
    """The distributions and all that they require here, by name."""
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(name) for name in wanted]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen or name in _LEFT_OUT:
            continue
        seen.add((name, extras))
        found[name] = metadata.distribution(name)
        for text in found[name].requires or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {*extras, ""}):
                waiting.append(needed)
    return found


def _our_files() -> list[Path]:
    places = [_REPOSITORY / name for name in OURS]
    return sorted(path for place in places for path in ([place] if place.is_file() else place.rglob("*.py")))


def _copy(source: Path, target: Path) -> None:
    if source.suffix == ".pyc" or not source.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _compile(directory: Path, root: Path) -> None:
    """A read-only root cannot keep what Python compiles, so it is compiled here; paths in it are the cell's."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # times of files do not survive every way of copying a root
    compileall.compile_dir(directory, quiet=2, workers=0, stripdir=str(root), prependdir="/", invalidation_mode=mode)
