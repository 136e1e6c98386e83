"""What extends Kubernetes works in a lab: policies, webhooks served from pods, kinds in two versions, an API of one's
own, certificates that are signed on request, an Ingress with TLS, and a Gateway.
"""

import base64
import http.client
import json
import socket
import ssl
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from labs.core.ports import Limits
from provisioner.kubernetes.credentials import credentials
from tests.contract.clusters import BUSYBOX, Certificate, Cluster, place_hooks, self_signed, signing_request, until
from tests.contract.labs import lab

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

HOOKS = "hooks"
SERVE = "echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp"
SERVER = f"{HOOKS}.{HOOKS}.svc"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("extensions")
    with lab(home, limits=Limits(), addons=("ingress",)) as target:
        kubeconfig = home / "kubeconfig"
        kubeconfig.write_text(target.handle.admin)
        place_hooks(target, home)
        yield Cluster(target, kubeconfig)


@pytest.fixture(scope="module")
def authority(whole: Cluster) -> Certificate:
    """The authority of a server in the cluster, which runs."""
    made = self_signed(SERVER)
    whole.run("create", "namespace", HOOKS)
    hooks = replace(whole, namespace=HOOKS)
    hooks.apply(f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: tls}}
        type: kubernetes.io/tls
        data: {{tls.crt: {made.bundle}, tls.key: {base64.b64encode(made.key.encode()).decode()}}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: hooks}}
        spec:
          selector: {{matchLabels: {{app: hooks}}}}
          template:
            metadata: {{labels: {{app: hooks}}}}
            spec:
              containers:
              - name: main
                image: {BUSYBOX}
                command: [/opt/hooks, ":8443", /tls/tls.crt, /tls/tls.key]
                readinessProbe: {{tcpSocket: {{port: 8443}}, periodSeconds: 1}}
                volumeMounts: [{{name: tls, mountPath: /tls}}, {{name: program, mountPath: /opt/hooks}}]
              volumes:
              - {{name: tls, secret: {{secretName: tls}}}}
              - {{name: program, hostPath: {{path: /opt/hooks, type: File}}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {{name: hooks}}
        spec: {{selector: {{app: hooks}}, ports: [{{port: 443, targetPort: 8443}}]}}
    """)
    hooks.run("rollout", "status", "deployment/hooks", "--timeout=90s")
    return made


def service(path: str, authority: Certificate) -> str:
    """A webhook's clientConfig."""
    place = f"{{name: {HOOKS}, namespace: {HOOKS}, path: {path}}}"
    return f"{{service: {place}, caBundle: {authority.bundle}}}"


def webhook(kind: str, name: str, path: str, authority: Certificate) -> str:
    return f"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: {kind}
        metadata: {{name: {name}}}
        webhooks:
        - name: {name}.lab.test
          clientConfig: {service(path, authority)}
          rules: [{{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}]
          namespaceSelector: {{matchLabels: {{hooked: "yes"}}}}
          sideEffects: None
          admissionReviewVersions: [v1]
    """


def configmap(name: str, labels: str = "") -> str:
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, labels: {{{labels}}}}}}}"


def test_webhooks_served_from_pods(whole: Cluster, authority: Certificate) -> None:
    whole.run("create", "namespace", "hooked")
    whole.run("label", "namespace", "hooked", "hooked=yes")
    hooked = replace(whole, namespace="hooked")
    whole.apply(webhook("ValidatingWebhookConfiguration", "refuse", "/validate", authority))
    whole.apply(webhook("MutatingWebhookConfiguration", "change", "/mutate", authority))
    bad = configmap("bad", "forbidden: x")
    try:
        # A configuration takes effect once the API server's watch has seen it.
        until(lambda: "forbidden labels" in hooked.refuses("create", "-f", "-", text=bad))
        hooked.run("create", "-f", "-", text=configmap("good"))
        assert hooked.get("configmap", "good")["metadata"]["labels"] == {"mutated": "yes"}
        whole.run("scale", "deployment/hooks", "-n", HOOKS, "--replicas=0")
        until(lambda: whole.says("get", "pods", "-n", HOOKS, "-o", "name") == "")
        assert "failed calling webhook" in hooked.refuses("create", "-f", "-", text=configmap("third"))
    finally:
        whole.run("delete", "validatingwebhookconfiguration/refuse", "mutatingwebhookconfiguration/change")
        whole.run("scale", "deployment/hooks", "-n", HOOKS, "--replicas=1")
        whole.run("rollout", "status", "deployment/hooks", "-n", HOOKS, "--timeout=60s")


def version(name: str, field: str, *, storage: bool) -> str:
    spec = f"{{type: object, properties: {{{field}: {{type: integer, minimum: 1}}}}}}"
    schema = f"{{openAPIV3Schema: {{type: object, properties: {{spec: {spec}}}}}}}"
    return f"{{name: {name}, served: true, storage: {str(storage).lower()}, schema: {schema}}}"


def test_a_kind_in_two_versions(whole: Cluster, authority: Certificate) -> None:
    conversion = f"{{clientConfig: {service('/convert', authority)}, conversionReviewVersions: [v1]}}"
    whole.apply(f"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {{name: widgets.lab.test}}
        spec:
          group: lab.test
          scope: Namespaced
          names: {{kind: Widget, plural: widgets, singular: widget}}
          versions: [{version("v1", "size", storage=True)}, {version("v2", "replicas", storage=False)}]
          conversion: {{strategy: Webhook, webhook: {conversion}}}
    """)
    whole.wait("crd/widgets.lab.test", "condition=Established")
    widget = "{apiVersion: lab.test/v1, kind: Widget, metadata: {name: one}, spec: {size: SIZE}}"
    until(lambda: whole.run("apply", "-f", "-", text=widget.replace("SIZE", "3"), check=False).returncode == 0)
    assert whole.get("widgets.v2.lab.test", "one")["spec"] == {"replicas": 3}
    assert "should be greater than or equal to 1" in whole.refuses("apply", "-f", "-", text=widget.replace("SIZE", "0"))
    assert "replicas" in until(
        lambda: whole.run("explain", "widget.spec", "--api-version=lab.test/v2", check=False).stdout
    )


def test_an_api_of_one_s_own(whole: Cluster, authority: Certificate) -> None:
    whole.apply(f"""
        apiVersion: apiregistration.k8s.io/v1
        kind: APIService
        metadata: {{name: v1alpha1.lab.test}}
        spec:
          group: lab.test
          version: v1alpha1
          groupPriorityMinimum: 100
          versionPriority: 10
          caBundle: {authority.bundle}
          service: {{name: {HOOKS}, namespace: {HOOKS}, port: 443}}
    """)
    whole.wait("apiservice/v1alpha1.lab.test", "condition=Available")
    found = until(lambda: whole.run("get", "greetings.v1alpha1.lab.test", "-o", "json", check=False).stdout)
    assert json.loads(found)["items"][0]["hello"] == "kubernetes-admin"
    whole.run("delete", "apiservice/v1alpha1.lab.test")


def test_policy_as_code(whole: Cluster) -> None:
    whole.run("create", "namespace", "ruled")
    ruled = replace(whole, namespace="ruled")
    ruled.apply("""
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: owned}
        spec:
          matchConstraints:
            resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
          validations:
          - expression: "has(object.metadata.labels) && 'owner' in object.metadata.labels"
            message: nobody owns it
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: owned}
        spec:
          policyName: owned
          validationActions: [Deny]
          matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ruled}}}
    """)

    def is_refused() -> bool:
        done = ruled.run("create", "configmap", "x", "--dry-run=server", check=False)
        return "nobody owns it" in done.stderr

    until(is_refused)
    ruled.run("create", "-f", "-", text=configmap("mine", "owner: me"))


def request(whole: Cluster, name: str, signer: str, text: str, usage: str, *identity: str) -> str:
    """The certificate that an approved request gets."""
    whole.run("create", "-f", "-", *identity, text=textwrap.dedent(f"""
        apiVersion: certificates.k8s.io/v1
        kind: CertificateSigningRequest
        metadata: {{name: {name}}}
        spec:
          signerName: kubernetes.io/{signer}
          request: {base64.b64encode(text.encode()).decode()}
          usages: [digital signature, {usage}]
    """))  # fmt: skip
    whole.run("certificate", "approve", name)
    found: str = until(lambda: whole.get("csr", name)["status"].get("certificate"))
    return base64.b64decode(found).decode()


def test_certificates_for_people(whole: Cluster, tmp_path: Path) -> None:
    asked = signing_request("ana", "auditors")
    signed = request(whole, "ana", "kube-apiserver-client", asked.certificate, "client auth")
    (tmp_path / "crt").write_text(signed)
    (tmp_path / "key").write_text(asked.key)
    admin = credentials(whole.target.handle.admin)
    (tmp_path / "ca").write_text(admin.authority)
    argv = (
        f"--server={admin.server}", f"--certificate-authority={tmp_path / 'ca'}", "--kubeconfig=/dev/null",
        f"--client-certificate={tmp_path / 'crt'}", f"--client-key={tmp_path / 'key'}",
    )  # fmt: skip
    says = whole.says("auth", "whoami", *argv)
    assert "ana" in says
    assert "auditors" in says


def test_certificates_for_nodes(whole: Cluster) -> None:
    asked = signing_request("system:node:node1", "system:nodes", hosts=("node1",))
    as_node = ("--as=system:node:node1", "--as-group=system:nodes", "--as-group=system:authenticated")
    assert "BEGIN CERTIFICATE" in request(whole, "node", "kubelet-serving", asked.certificate, "server auth", *as_node)


# --- Ingress


def test_an_ingress_by_name_and_with_tls(whole: Cluster) -> None:
    assert whole.get("ingressclass")["items"][0]["metadata"]["name"] == "traefik"
    tls = self_signed("shop.example")
    whole.run("create", "namespace", "shop")
    shop = replace(whole, namespace="shop")
    shop.apply(f"""
        apiVersion: v1
        kind: Pod
        metadata: {{name: web, labels: {{app: web}}}}
        spec:
          containers:
          - {{name: main, image: {BUSYBOX}, command: [sh, -c, "{SERVE}"]}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {{name: web}}
        spec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080}}]}}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {{name: tls}}
        type: kubernetes.io/tls
        data: {{tls.crt: {tls.bundle}, tls.key: {base64.b64encode(tls.key.encode()).decode()}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {{name: web}}
        spec:
          tls: [{{hosts: [shop.example], secretName: tls}}]
          rules:
          - host: shop.example
            http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}
    """)
    whole.run("rollout", "status", "deployment/traefik", "-n", "ingress", "--timeout=90s")
    address = whole.target.handle.address
    assert until(lambda: _ask(address, "shop.example") == "hello\n")
    assert _ask(address, "other.example") == "404"
    until(lambda: "shop.example" in _names(address))
    inside = ("exec", "web", "--", "http", "-H", "Host: shop.example", "http://ingress.ingress/")
    assert "hello" in shop.run(*inside, check=False).stdout
    assert until(lambda: shop.get("ingress", "web")["status"]["loadBalancer"].get("ingress")) == [{"ip": address}]


# --- Gateway API


def test_a_gateway_routes_by_host_and_header_and_only_where_it_is_let(whole: Cluster) -> None:
    whole.run("create", "namespace", "edge")
    whole.run("create", "namespace", "inner")
    edge, inner = replace(whole, namespace="edge"), replace(whole, namespace="inner")
    for place, name in ((edge, "one"), (edge, "two"), (inner, "three")):
        place.apply(f"""
            apiVersion: v1
            kind: Pod
            metadata: {{name: {name}, labels: {{app: {name}}}}}
            spec:
              containers:
              - name: main
                image: {BUSYBOX}
                command: [sh, -c, "echo {name} > /tmp/index.html; httpd -f -p 8080 -h /tmp"]
            ---
            apiVersion: v1
            kind: Service
            metadata: {{name: {name}}}
            spec: {{selector: {{app: {name}}}, ports: [{{port: 80, targetPort: 8080}}]}}
        """)
    edge.apply("""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: edge}
        spec:
          gatewayClassName: traefik
          listeners: [{name: http, protocol: HTTP, port: 80, hostname: "*.gate.example"}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: shop}
        spec:
          parentRefs: [{name: edge}]
          hostnames: [shop.gate.example]
          rules:
          - matches: [{headers: [{name: x-canary, value: "yes"}]}]
            backendRefs: [{name: two, port: 80}]
          - backendRefs: [{name: one, port: 80}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: inner}
        spec:
          parentRefs: [{name: edge}]
          hostnames: [inner.gate.example]
          rules: [{backendRefs: [{name: three, namespace: inner, port: 80}]}]
    """)
    whole.run("rollout", "status", "deployment/traefik", "-n", "ingress", "--timeout=90s")
    address = whole.target.handle.address
    assert until(lambda: _ask(address, "shop.gate.example") == "one\n")
    assert until(lambda: _ask(address, "shop.gate.example", {"x-canary": "yes"}) == "two\n")
    assert until(lambda: _refused(edge, "inner")) == "RefNotPermitted"
    assert _ask(address, "inner.gate.example") == "500"
    inner.apply("""
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: edge}
        spec:
          from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}]
          to: [{group: "", kind: Service}]
    """)
    assert until(lambda: _ask(address, "inner.gate.example") == "three\n")
    assert until(lambda: edge.get("gateway", "edge")["status"].get("addresses")) == [
        {"type": "IPAddress", "value": address}
    ]


def _refused(place: Cluster, route: str) -> str:
    """Why a route's references are not resolved; empty when they are, or nobody has said."""
    for parent in place.get("httproute", route).get("status", {}).get("parents", []):
        for condition in parent["conditions"]:
            if condition["type"] == "ResolvedRefs" and condition["status"] == "False":
                return str(condition["reason"])
    return ""


def _ask(address: str, host: str, headers: Mapping[str, str] | None = None) -> str:
    connection = http.client.HTTPConnection(address, 30080, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else str(answer.status)
    except OSError:
        return ""
    finally:
        connection.close()


def _names(address: str) -> str:
    """What the certificate says that is shown to who asks for shop.example."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((address, 30443), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="shop.example") as secure,
    ):
        shown = secure.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(shown or b"").subject.rfc4514_string()
