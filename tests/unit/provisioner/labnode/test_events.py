"""Following a node's boot: its words, its failure, its death, its silence."""

import json
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.errors import InfrastructureError, TimedOutError
from provisioner.labnode import events


def line(name: str, **fields: object) -> str:
    return json.dumps({"event": name, "seconds": 1.0, **fields}) + "\n"


def follow(path: Path, *, limit_seconds: float = 5.0, alive: bool = True) -> dict[str, events.Event]:
    return events.follow(path, until="ready", limit_seconds=limit_seconds, is_alive=lambda: alive)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.touch()
    return path


def test_ready(path: Path) -> None:
    path.write_text(line("etcd") + line("api", kubeconfig="k") + line("ready"))
    assert follow(path)["api"]["kubeconfig"] == "k"
    assert follow(path, alive=False)["ready"], "what was said counts also when the node has ended since"


def test_words_that_come_in_pieces(path: Path) -> None:
    whole = line("etcd") + line("ready", detail="ñandú")

    def write() -> None:
        for start in range(0, len(whole.encode()), 7):
            with path.open("ab") as file:
                file.write(whole.encode()[start : start + 7])
            time.sleep(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    assert follow(path)["ready"]["detail"] == "ñandú"
    writer.join()


def test_a_failure_is_told_with_its_component(path: Path) -> None:
    path.write_text(line("etcd") + line("failed", component="kubelet", error="no cgroup"))
    with pytest.raises(InfrastructureError, match="The node failed: kubelet: no cgroup"):
        follow(path)
    path.write_text(line("failed", error="x" * 100_000) + line("ready"))
    with pytest.raises(InfrastructureError, match="labnode: x") as caught:
        follow(path)
    assert len(caught.value.message) < 2100


def test_a_node_that_ends(path: Path) -> None:
    path.write_text(line("etcd") + line("api"))
    with pytest.raises(InfrastructureError, match="ended after it said etcd, api"):
        follow(path, alive=False)
    path.write_text("")
    with pytest.raises(InfrastructureError, match="ended after it said nothing"):
        follow(path, alive=False)


def test_a_silent_node(path: Path) -> None:
    path.write_text(line("etcd") + '{"event": "ready"')
    begun = time.monotonic()
    with pytest.raises(TimedOutError, match="as far as: etcd") as caught:
        follow(path, limit_seconds=0.1)
    assert 0.1 <= time.monotonic() - begun < 1.0
    assert "TALLER_NODE_READY_TIMEOUT_SECONDS" in caught.value.hint


@given(
    st.lists(st.one_of(st.text(max_size=40), st.sampled_from(["[]", "null", "1", '{"event": 3}', '{"x": "ready"}'])))
)
def test_noise_is_no_event(noise: list[str]) -> None:
    import tempfile  # noqa: PLC0415 - a fixture would be shared by all examples

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "events"
        text = "".join(f"{each}\n" for each in noise if '"event": "' not in each)
        path.write_text(text + line("ready") + text, encoding="utf-8", errors="replace")
        assert list(events.read(path)) == ["ready"]


def test_bytes_that_are_no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\n" + line("ready").encode())
    assert list(events.read(path)) == ["ready"]


def test_what_is_kept_of_a_dead_node_has_no_keys(path: Path) -> None:
    issued = line("issued", nodes={"node2": {"kubelet.key": "PRIVATE"}})
    path.write_text(line("api", kubeconfig="PRIVATE") + issued + line("failed", component="etcd", error="no disk"))
    kept = events.without_secrets(path)
    assert "PRIVATE" not in kept
    assert [json.loads(each)["event"] for each in kept.splitlines()] == ["api", "issued", "failed"]
    assert json.loads(kept.splitlines()[-1])["error"] == "no disk"
