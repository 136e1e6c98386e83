"""Who did what is recorded outside the lab: out of everybody's reach inside, and of bounded size."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grading.window import time_of
from labs.core.ports import Limits
from labs.lifecycle.audit import last_write, parse
from provisioner.kubernetes.access import Grant, give
from tests.contract.clusters import BUSYBOX, Cluster, until
from tests.contract.labs import lab

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("audit")
    with lab(home, limits=Limits(memory_mib=1200, disk_mib=1024)) as target:
        kubeconfig = home / "kubeconfig"
        kubeconfig.write_text(target.handle.admin)
        whole = Cluster(target, kubeconfig)
        whole.run("create", "namespace", "audited")
        yield replace(whole, namespace="audited")


def test_what_a_candidate_does_is_recorded_outside_their_reach(cluster: Cluster) -> None:
    cluster.run("create", "configmap", "target", "--from-literal=a=b")
    cluster.run("delete", "configmap", "target", "--as=somebody", "--as-group=system:masters")
    cluster.run("create", "secret", "generic", "hidden", "--from-literal=password=correct-horse-battery")
    cluster.run("apply", "-f", "-", text=_secret("correct-horse-staple"))
    cluster.says("get", "secret", "hidden", "-o", "yaml")
    cluster.run("run", "box", f"--image={BUSYBOX}", "--", "sleep", "1000")
    cluster.wait("pod/box", "condition=Ready")
    cluster.run("exec", "box", "--", "echo", "entered")
    text = cluster.target.engine.audit_log(cluster.target.spec.lab)
    log = parse(text)
    mine = [entry for entry in log.entries if entry.namespace == cluster.namespace]
    done = {(entry.verb, entry.what, entry.name, entry.impersonated) for entry in mine}
    assert ("delete", "configmaps", "target", "somebody") in done
    assert ("create", "secrets", "hidden", "") in done
    assert ("get", "secrets", "hidden", "") in done
    assert [entry.command for entry in mine if entry.what == "pods/exec"] == [("echo", "entered")]
    assert "correct-horse" not in text
    assert not {entry.who for entry in log.entries} & {"system:kube-scheduler", "system:node:node1"}
    assert not log.unreadable


def test_what_is_taken_away_after_another_change_has_its_time_in_the_record_only(
    cluster: Cluster, tmp_path: Path
) -> None:
    rules = [{"apiGroups": [""], "resources": ["services"], "verbs": ["get", "patch"]}]
    kubeconfig = tmp_path / "candidate"
    kubeconfig.write_text(give(cluster.target.sandbox, [Grant(cluster.namespace, rules)], ttl_seconds=600))
    candidate = replace(cluster, kubeconfig=kubeconfig)

    def patch(kind: str, body: str) -> tuple[float, float]:
        """When the Service was changed by its own account, and when the candidate wrote by the record's."""
        time.sleep(2.1)  # the Service's times are whole seconds
        candidate.run("patch", "service", "web", f"--type={kind}", f"-p={body}")
        times = [
            entry["time"]
            for entry in cluster.get("service", "web", "--show-managed-fields")["metadata"]["managedFields"]
        ]
        stamp = max(time_of(each) for each in times)
        written = last_write(cluster.target.engine.audit_log(cluster.target.spec.lab), [cluster.namespace])
        return stamp, written or 0.0

    cluster.run("create", "service", "clusterip", "web", "--tcp=80:8080")
    stamp, written = patch("merge", '{"metadata": {"labels": {"seen": "yes"}}}')
    assert 0 <= written - stamp < 2
    again, taken_away = patch("json", '[{"op": "remove", "path": "/spec/selector"}]')
    assert again == stamp, "the field's owner is another: nothing of the Service's own tells of it"
    assert taken_away >= written + 2


def _secret(value: str) -> str:
    return f"{{apiVersion: v1, kind: Secret, metadata: {{name: hidden}}, stringData: {{password: {value}}}}}"


def test_a_flood_of_requests_is_counted_not_written_down(cluster: Cluster) -> None:
    lab_id, engine = cluster.target.spec.lab, cluster.target.engine
    before = len(engine.audit_log(lab_id))
    flood(lambda number: cluster.run("create", "configmap", f"f{number}", check=False), times=40)
    text = "\n".join(f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: g{number}}}" for number in range(400))
    cluster.run("create", "-f", "-", text=text)
    after = len(engine.audit_log(lab_id))
    assert after - before < 260 * 700  # of 440 requests: the first hundred of a kind, and one a second


def flood(act: Callable[[int], object], *, times: int) -> None:
    threads = [threading.Thread(target=lambda n=number: act(n)) for number in range(times)]
    for batch in range(0, times, 8):
        for thread in threads[batch : batch + 8]:
            thread.start()
        for thread in threads[batch : batch + 8]:
            thread.join()


def test_nobody_in_the_node_can_take_back_what_was_recorded(cluster: Cluster) -> None:
    """The node's root has the descriptor, and no more than that."""
    target, lab_id = cluster.target, cluster.target.spec.lab
    cluster.run("create", "serviceaccount", "witness")
    before = target.engine.audit_log(lab_id)
    assert "witness" in before
    inside = ["nsenter", f"--target={target.pid}", "--all", "bash", "-c"]

    def as_root(script: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*inside, script], capture_output=True, text=True, check=False)

    for attempt in ("cat /proc/1/fd/3", ": > /proc/1/fd/3", "echo forged >> /proc/1/fd/3", "chattr -a /proc/1/fd/3"):
        assert as_root(attempt).returncode != 0, attempt
    assert as_root("cat /proc/1/comm").stdout == "tini\n"
    assert target.engine.audit_log(lab_id).startswith(before)


def test_the_record_of_a_node_that_died_is_still_there(cluster: Cluster) -> None:
    """The last test: it ends the lab's processes."""
    target, lab_id = cluster.target, cluster.target.spec.lab
    cluster.run("create", "serviceaccount", "last-deed")
    os.kill(target.pid, signal.SIGKILL)
    until(lambda: not target.engine.is_alive(lab_id))
    log = parse(target.engine.audit_log(lab_id))
    assert "last-deed" in {entry.name for entry in log.entries}
    assert not log.unreadable
