"""What counts as replaced, and that a node which says nothing was not searched."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from labs.core.errors import InfrastructureError
from labs.lifecycle.nodefiles import Files, configuration, replaced, told_on_node


def files(**lines: Sequence[str]) -> Files:
    return {f"/etc/{name}": frozenset(each) for name, each in lines.items()}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(files(a=["port: 6443 of it"]), files(a=["port: 6444 of it"]), {"port: 6443 of it"}, id="changed"),
        pytest.param(files(a=["port: 6443 of it"]), files(), {"port: 6443 of it"}, id="the-file-is-gone"),
        pytest.param(files(a=["- --flag=of-it"]), files(a=[]), {"--flag=of-it"}, id="an-item-of-a-list"),
        pytest.param(files(a=["ready"]), files(a=[]), set(), id="too-short"),
        pytest.param(files(), files(a=["port: 6444 of it"]), set(), id="only-added"),
        pytest.param(
            files(a=["- --flag=of-it"], b=["x --flag=of-it"]), files(a=[], b=["x --flag=of-it"]), set(), id="in-another"
        ),
        pytest.param(
            files(a=["port: 6443 of it"]), files(b=["port: 6443 of it"]), {"port: 6443 of it"}, id="in-a-new-file"
        ),
    ],
)
def test_replaced_is_what_no_file_has_that_had_it(before: Files, after: Files, expected: set[str]) -> None:
    assert replaced(before, after) == expected


def test_a_node_that_says_nothing_was_not_searched() -> None:
    def silent(_: Sequence[str]) -> Sequence[str]:
        return ["true"]

    with pytest.raises(InfrastructureError, match="could not be read"):
        configuration(silent)
    with pytest.raises(InfrastructureError, match="could not be read"):
        list(told_on_node(silent, ["port: 6443 of it"]))


def test_what_is_still_on_the_node_is_told_whatever_is_in_the_line(tmp_path: Path) -> None:
    told = ["cache: {} {}", "--node-ip=10.0.0.7", "$(touch it) 'and' \"more\""]
    (tmp_path / "backup.yaml").write_text("\n".join(["kind: Pod", *(f"  {line}" for line in told)]))
    (tmp_path / "other.yaml").write_text("cache: {}\n")

    def on_this_host(command: Sequence[str]) -> Sequence[str]:
        """Searched is only a folder, and the file that every search must find."""
        return [word for each in command for word in ((str(tmp_path), "/etc/passwd") if each == "/" else (each,))]

    before = set(Path("/dev/shm").iterdir())
    found = list(told_on_node(on_this_host, [*told, "nowhere: at all"]))
    assert found == [
        f"the node has {line!r}, which the fault replaced, in {tmp_path}/backup.yaml" for line in sorted(told)
    ]
    assert set(Path("/dev/shm").iterdir()) <= before
