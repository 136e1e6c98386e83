"""The user namespace's holder. Making one needs root: see tests/contract/test_isolation.py."""

import pytest

from labs.core.errors import InfrastructureError
from provisioner.cell import userns
from provisioner.cell.userns import holder_argv, user_namespace


def test_the_labs_own_root_makes_it() -> None:
    argv = holder_argv(0x20000000)
    assert {"--reuid=536870912", "--regid=536870912", "--clear-groups"} <= set(argv)
    assert argv[argv.index("unshare") :] == ["unshare", "--user", "sleep", "60"]


def test_a_refusal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userns, "holder_argv", lambda _: ["sh", "-c", "echo unshare failed: No space left >&2; exit 1"])
    with pytest.raises(InfrastructureError, match="No space left") as caught, user_namespace(0x20000000):
        pass
    assert "max_user_namespaces" in caught.value.hint


def test_a_holder_that_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userns, "holder_argv", lambda _: ["sleep", "20"])
    monkeypatch.setattr(userns, "MAKE_SECONDS", 0.1)
    with pytest.raises(InfrastructureError, match="was not made within"), user_namespace(0x20000000):
        pass
