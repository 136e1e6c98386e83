"""What people who know Kubernetes rightly do works in a lab: with the real kubectl, as the cluster's administrator.

Objects of each test have a namespace of their own. See test_extensions.py for what extends Kubernetes.
"""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labs.core.ports import Limits
from tests.contract.clusters import BUSYBOX, Cluster, until
from tests.contract.labs import lab

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

MEMORY_MIB = 2048
RESERVED_MIB = 450 + 100
"""Not for pods: what the node takes itself, and what it evicts to keep free."""
POD = f"image: {BUSYBOX}, resources: {{requests: {{cpu: 10m, memory: 8Mi}}}}"
SLEEP = f'{{name: main, {POD}, command: [sh, -c, "trap exit TERM; sleep 100000 & wait"]}}'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("kubernetes")
    with lab(home, limits=Limits(memory_mib=MEMORY_MIB)) as target:
        kubeconfig = home / "kubeconfig"
        kubeconfig.write_text(target.handle.admin)
        yield Cluster(target, kubeconfig)


@pytest.fixture
def cluster(whole: Cluster, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The lab, in a namespace of the test's own."""
    name = re.sub(r"[^a-z]+", "-", request.node.name.removeprefix("test_"))[:50].strip("-")
    whole.run("create", "namespace", name)
    yield replace(whole, namespace=name)
    whole.run("delete", "namespace", name, "--wait=false")


def deployment(name: str, *, replicas: int = 1, spec: str = "", container: str = SLEEP) -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{terminationGracePeriodSeconds: 2, {spec} containers: [{container}]}}
"""


def pod(name: str, *, spec: str = "", container: str = SLEEP) -> str:
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec: {{terminationGracePeriodSeconds: 1, {spec} containers: [{container}]}}
"""


# --- Services


def test_services_outlive_that_kube_proxy_writes_all_of_them_anew(cluster: Cluster) -> None:
    """As it does once an hour, and after an error: here nft is out of order for a moment."""
    cluster.apply(pod("asker"))
    cluster.wait("pod/asker", "condition=Ready")

    def inside(*command: str) -> str:
        entered = ["nsenter", f"--target={cluster.target.pid}", "--all", *command]
        return subprocess.run(entered, capture_output=True, text=True, check=True).stdout

    def resolves() -> bool:
        name = "kube-dns.kube-system.svc.cluster.local."
        return "10.43.0.10" in cluster.says("exec", "asker", "--", "nslookup", name).partition("Name:")[2]

    def service(name: str) -> str:
        return cluster.says("create", "service", "clusterip", name, "--tcp=80:80", "-o", "jsonpath={.spec.clusterIP}")

    until(resolves)  # a node is Ready some seconds before its DNS
    inside("mount", "--bind", "/bin/false", "/usr/sbin/nft")
    try:
        unknown = service("meanwhile")
        time.sleep(2)  # kube-proxy tries within 50 ms
    finally:
        inside("umount", "/usr/sbin/nft")
    assert unknown not in inside("nft", "list", "set", "ip", "kube-proxy", "cluster-ips")
    service("after")
    until(lambda: unknown in inside("nft", "list", "set", "ip", "kube-proxy", "cluster-ips"))
    assert resolves()


# --- Storage


def test_a_claim_of_the_default_class_waits_for_its_pod_and_keeps_its_data(cluster: Cluster) -> None:
    cluster.apply(f"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {{name: db}}
        spec:
          serviceName: db
          selector: {{matchLabels: {{app: db}}}}
          template:
            metadata: {{labels: {{app: db}}}}
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: {{runAsUser: 65532}}
              containers: [{SLEEP[:-1]}, volumeMounts: [{{name: data, mountPath: /data}}]}}]
          volumeClaimTemplates:
          - metadata: {{name: data}}
            spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 3Gi}}}}}}
    """)
    cluster.run("rollout", "status", "statefulset/db", "--timeout=60s")
    cluster.run("exec", "db-0", "--", "sh", "-c", "echo kept > /data/file")
    first = cluster.get("pod", "db-0")["metadata"]["uid"]
    # kubectl may wait for the new pod to be deleted: https://github.com/kubernetes/kubectl/issues/1803
    cluster.run("delete", "pod", "db-0", "--wait=false")
    until(lambda: cluster.get("pod", "db-0")["metadata"]["uid"] != first)
    cluster.wait("pod/db-0", "condition=Ready")
    assert cluster.says("exec", "db-0", "--", "cat", "/data/file") == "kept"
    claim = cluster.get("pvc", "data-db-0")
    volume = cluster.get("pv", claim["spec"]["volumeName"])
    assert (claim["spec"]["storageClassName"], claim["status"]["capacity"]["storage"]) == ("standard", "3Gi")
    assert "node1" in str(volume["spec"]["nodeAffinity"])
    reasons = [event["reason"] for event in cluster.events("data-db-0")]
    assert "ProvisioningSucceeded" in reasons
    # which of them depends on whether the controller saw the claim before its pod
    assert {"WaitForFirstConsumer", "WaitForPodScheduled"} & set(reasons)
    place = Path(f"/proc/{cluster.target.pid}/root{volume['spec']['local']['path']}")
    assert (place / "file").read_text() == "kept\n"
    cluster.run("delete", "statefulset/db", "pvc/data-db-0")
    until(lambda: not place.exists())
    until(lambda: "NotFound" in cluster.run("get", "pv", volume["metadata"]["name"], check=False).stderr)


def claim(name: str, *, mode: str = "ReadWriteOnce", storage_class: str = "standard") -> str:
    return f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: {name}}}
spec: {{accessModes: [{mode}], storageClassName: {storage_class}, resources: {{requests: {{storage: 1Gi}}}}}}
---
{pod(f"user-of-{name}", spec=f"volumes: [{{name: data, persistentVolumeClaim: {{claimName: {name}}}}}],")}
"""


def test_a_claim_that_waits_says_so(cluster: Cluster) -> None:
    cluster.apply(claim("data").split("---")[0])
    messages = until(lambda: [event["message"] for event in cluster.events("data")])
    assert messages == ["waiting for first consumer to be created before binding"]


def test_a_volume_for_many_nodes_is_refused(cluster: Cluster) -> None:
    cluster.apply(claim("many", mode="ReadWriteMany"))
    failed = until(lambda: [e["message"] for e in cluster.events("many") if e["reason"] == "ProvisioningFailed"])
    assert "only ReadWriteOnce" in failed[0]


def test_a_retained_volume_outlives_its_claim(cluster: Cluster) -> None:
    cluster.apply(claim("kept", storage_class="standard-retain"))
    cluster.wait("pod/user-of-kept", "condition=Ready")
    name = cluster.get("pvc", "kept")["spec"]["volumeName"]
    cluster.run("delete", "pod/user-of-kept", "pvc/kept")
    until(lambda: cluster.get("pv", name)["status"]["phase"] == "Released")
    place = cluster.get("pv", name)["spec"]["local"]["path"]
    assert Path(f"/proc/{cluster.target.pid}/root{place}").is_dir()
    cluster.run("delete", "pv", name)


# --- Metrics


def test_the_node_has_the_lab_s_memory_and_processors(cluster: Cluster) -> None:
    status = cluster.get("node", "node1")["status"]
    assert _mebibytes(status["capacity"]["memory"]) == MEMORY_MIB
    assert _mebibytes(status["allocatable"]["memory"]) == MEMORY_MIB - RESERVED_MIB
    assert status["capacity"]["cpu"] == str(min(2, os.cpu_count() or 1))


def _mebibytes(quantity: str) -> float:
    factors = {"Ki": 2**-10, "Mi": 1.0, "Gi": 2.0**10}
    return int(quantity[:-2]) * factors[quantity[-2:]]


def test_top(cluster: Cluster) -> None:
    cluster.apply(deployment("web"))
    cluster.run("rollout", "status", "deployment/web")
    assert until(lambda: cluster.says("top", "pods", "-l", "app=web", "--no-headers"), seconds=60).startswith("web-")
    name, _, _, memory, share = cluster.says("top", "nodes", "--no-headers").split()
    # An idle lab takes some 360 MiB, of the host's total memory next to nothing.
    assert (name, memory.endswith("Mi")) == ("node1", True)
    assert 100 < int(memory.removesuffix("Mi")) < MEMORY_MIB
    of_allocatable = 100 * int(memory.removesuffix("Mi")) / (MEMORY_MIB - RESERVED_MIB)
    assert int(share.removesuffix("%")) == pytest.approx(of_allocatable, abs=2)


def test_the_horizontal_pod_autoscaler_scales_up_under_load(cluster: Cluster) -> None:
    busy = f'{{name: main, image: {BUSYBOX}, command: [sh, -c, "while :; do :; done"], '
    busy += "resources: {requests: {cpu: 20m}, limits: {cpu: 60m}}}"
    cluster.apply(deployment("busy", container=busy))
    started = time.monotonic()
    cluster.run("autoscale", "deployment/busy", "--cpu=50%", "--min=1", "--max=3")
    until(lambda: cluster.get("deployment", "busy")["spec"]["replicas"] > 1, seconds=120)
    assert time.monotonic() - started < 120


# --- Looking and getting in


def test_logs(cluster: Cluster) -> None:
    script = (
        "echo first life; [ -e /data/again ] || { touch /data/again; exit 1; }; while sleep 0.2; do echo tick; done"
    )
    talks = f'{{name: main, {POD}, command: [sh, -c, "{script}"], volumeMounts: [{{name: data, mountPath: /data}}]}}'
    cluster.apply(pod("talks", spec="volumes: [{name: data, emptyDir: {}}],", container=talks))
    until(lambda: cluster.run("logs", "talks", "--previous", check=False).stdout.strip() == "first life")
    with subprocess.Popen(cluster.argv("logs", "-f", "talks"), stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout
        lines = [following.stdout.readline() for _ in range(4)]
        following.kill()
    assert lines[1:] == ["tick\n"] * 3


def test_exec_and_cp(cluster: Cluster, tmp_path: Path) -> None:
    cluster.apply(pod("box"))
    cluster.wait("pod/box", "condition=Ready")
    assert cluster.says("exec", "-i", "box", "--", "cat", text="through") == "through"
    assert cluster.run("exec", "box", "--", "sh", "-c", "exit 3", check=False).returncode == 3
    (tmp_path / "in").write_text("carried")
    cluster.run("cp", str(tmp_path / "in"), "box:/tmp/there")
    cluster.run("cp", "box:/tmp/there", str(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "carried"


def test_port_forward(cluster: Cluster) -> None:
    serves = f'{{name: main, {POD}, command: [sh, -c, "echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp"]}}'
    cluster.apply(pod("web", container=serves))
    cluster.wait("pod/web", "condition=Ready")
    argv = cluster.argv("port-forward", "--address=127.0.0.1", "pod/web", ":8080")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as forwarding:
        assert forwarding.stdout
        port = int(forwarding.stdout.readline().split(":")[1].split()[0])
        answer = until(lambda: _http(port), seconds=20)
        forwarding.kill()
    assert answer.endswith("hello\n")


def _http(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        text = b"".join(iter(lambda: connection.recv(4096), b""))
    return text.decode()


def test_an_ephemeral_container_sees_the_pod_s_processes(cluster: Cluster) -> None:
    cluster.apply(pod("silent"))
    cluster.wait("pod/silent", "condition=Ready")
    cluster.run("debug", "silent", f"--image={BUSYBOX}", "--target=main", "-c", "look", "--", "ps", "-o", "args")
    shown = until(lambda: cluster.run("logs", "silent", "-c", "look", check=False).stdout)
    assert "sleep 100000" in shown


def test_debug_of_the_node(cluster: Cluster) -> None:
    cluster.run("debug", "node/node1", f"--image={BUSYBOX}", "--profile=general", "--", "ls", "/host/etc/kubernetes")
    name = until(lambda: cluster.says("get", "pods", "-o", "name"))
    assert "admin.conf" in until(lambda: cluster.run("logs", name, check=False).stdout)


def test_auth(cluster: Cluster) -> None:
    cluster.run("create", "serviceaccount", "robot")
    cluster.run("create", "role", "reader", "--verb=get", "--resource=pods")
    cluster.run("create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={cluster.namespace}:robot")
    robot = f"--as=system:serviceaccount:{cluster.namespace}:robot"
    assert until(lambda: cluster.run("auth", "can-i", "get", "pods", robot, check=False).stdout.strip() == "yes")
    assert cluster.run("auth", "can-i", "delete", "pods", robot, check=False).stdout.strip() == "no"
    token = cluster.says("create", "token", "robot")
    assert cluster.namespace in cluster.says("auth", "whoami", f"--token={token}")


# --- Workloads


def test_jobs_and_cron_jobs(cluster: Cluster) -> None:
    cluster.run("create", "job", "once", f"--image={BUSYBOX}", "--", "echo", "done")
    cluster.wait("job/once", "condition=complete")
    assert cluster.says("logs", "job/once") == "done"
    cluster.run("create", "cronjob", "often", f"--image={BUSYBOX}", "--schedule=* * * * *", "--", "true")
    cluster.run("create", "job", "now", "--from=cronjob/often")
    cluster.wait("job/now", "condition=complete")
    until(lambda: cluster.get("cronjob", "often")["status"].get("lastScheduleTime"), seconds=75)


def test_daemon_sets(cluster: Cluster) -> None:
    cluster.apply(deployment("agent").replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 1\n", ""))
    cluster.run("rollout", "status", "daemonset/agent", "--timeout=60s")
    cluster.run("set", "env", "daemonset/agent", "NEW=1")
    cluster.run("rollout", "status", "daemonset/agent", "--timeout=60s")
    cluster.run("rollout", "undo", "daemonset/agent")


def test_drain_respects_a_disruption_budget(cluster: Cluster) -> None:
    cluster.apply(deployment("guarded", replicas=2))
    cluster.run("create", "poddisruptionbudget", "guard", "--selector=app=guarded", "--min-available=2")
    cluster.run("rollout", "status", "deployment/guarded")
    until(lambda: cluster.get("pdb", "guard")["status"].get("currentHealthy") == 2)
    drain = ("drain", "node1", "--pod-selector=app=guarded", "--timeout=4s")
    try:
        refused = cluster.refuses(*drain)
        assert "violate the pod's disruption budget" in refused
        cluster.run("patch", "pdb", "guard", "-p", '{"spec": {"minAvailable": 0}}')
        cluster.run("drain", "node1", "--pod-selector=app=guarded", "--timeout=60s")
        assert cluster.get("pods", "-l", "app=guarded", "--field-selector=status.phase=Running")["items"] == []
    finally:
        cluster.run("uncordon", "node1")
    cluster.run("rollout", "status", "deployment/guarded", "--timeout=60s")


def test_taints_and_tolerations(cluster: Cluster) -> None:
    cluster.run("taint", "node", "node1", "lab.test/full=yes:NoSchedule")
    try:
        cluster.apply(pod("shy"))
        cluster.apply(pod("bold", spec="tolerations: [{key: lab.test/full, operator: Exists}],"))
        cluster.wait("pod/bold", "condition=Ready")
        failed = until(lambda: [e["message"] for e in cluster.events("shy") if e["reason"] == "FailedScheduling"])
        assert "untolerated taint" in failed[0]
    finally:
        cluster.run("taint", "node", "node1", "lab.test/full-")
    cluster.wait("pod/shy", "condition=Ready")


def test_priority_and_preemption(cluster: Cluster) -> None:
    large = f'{{name: main, image: {BUSYBOX}, command: [sleep, "100000"], resources: {{requests: {{memory: 900Mi}}}}}}'
    cluster.run("create", "priorityclass", "urgent", "--value=1000")
    try:
        cluster.apply(pod("lowly", container=large))
        cluster.wait("pod/lowly", "condition=Ready")
        cluster.apply(pod("urgent", spec="priorityClassName: urgent,", container=large))
        cluster.wait("pod/urgent", "condition=Ready")
        assert any(event["reason"] == "Preempted" for event in cluster.events("lowly"))
        cluster.apply(pod("third", container=large))
        until(lambda: any("Insufficient memory" in event["message"] for event in cluster.events("third")))
    finally:
        cluster.run("delete", "priorityclass", "urgent")


def test_quotas_and_limit_ranges(cluster: Cluster) -> None:
    cluster.run("create", "quota", "few", "--hard=pods=1,requests.memory=100Mi")
    cluster.apply("""
        apiVersion: v1
        kind: LimitRange
        metadata: {name: usual}
        spec: {limits: [{type: Container, default: {memory: 60Mi}, defaultRequest: {memory: 50Mi}}]}
    """)
    cluster.run("run", "one", f"--image={BUSYBOX}", "--", "sleep", "1000")
    container = cluster.get("pod", "one")["spec"]["containers"][0]
    assert container["resources"]["requests"]["memory"] == "50Mi"
    assert "exceeded quota: few" in cluster.refuses("run", "two", f"--image={BUSYBOX}", "--", "sleep", "1000")


def test_pod_security(cluster: Cluster) -> None:
    cluster.run("label", "namespace", cluster.namespace, "pod-security.kubernetes.io/enforce=restricted")
    assert 'violates PodSecurity "restricted' in cluster.refuses("apply", "-f", "-", text=pod("loose"))
    strict = "securityContext: {runAsUser: 65532, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}},"
    safe = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}"
    cluster.apply(pod("tight", spec=strict, container=SLEEP[:-1] + ", " + safe))
    cluster.wait("pod/tight", "condition=Ready")
