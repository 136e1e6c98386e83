"""What is copied into cells: whole, compiled, and nothing of ours that is not for them."""

import ast
from pathlib import Path

import pytest

from labs.core.errors import ToolchainError
from provisioner.images import pythonland

REPOSITORY = Path(pythonland.__file__).parents[2]
SHIPPED = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts) for path in pythonland._our_files()}


def test_code_in_cells_imports_nothing_else_of_ours() -> None:
    packages = {name.removesuffix(".__init__") for name in SHIPPED}
    for path in pythonland._our_files():
        for node in ast.walk(ast.parse(path.read_text())):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.split(".")[0] in {"labs", "provisioner", "grading"}:
                assert module in SHIPPED | packages, f"{path} imports {module}"


def test_a_root_with_another_python_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="bring no python3"):
        pythonland.place_distributions(tmp_path)


def test_code_is_compiled_for_its_place_in_the_cell(tmp_path: Path) -> None:
    pythonland.place_code(tmp_path)
    place = tmp_path / pythonland.CODE_PLACE / "provisioner/emulated/incell"
    assert (place / "gate.py").is_file()
    (compiled,) = (place / "__pycache__").glob("gate.*.pyc")
    assert str(tmp_path).encode() not in compiled.read_bytes()
