"""A small scenario's folder, whole; tests leave things out of it or spoil them."""

from collections.abc import Mapping
from pathlib import Path

SCENARIO = """\
id: tiny_shop
title: {en: Tiny, es: Chico}
requirements: [kubernetes.troubleshooting]
level: junior
minutes: 5
sandbox: {kind: kubernetes, memory_mib: 16}
parameters:
  ns: {choice: [tiny-a, tiny-b]}
  port: {range: [8081, 8090]}
client: {namespace: "{{ ns }}", labels: {app: client}}
candidate:
  - namespace: "{{ ns }}"
    rules: [{apiGroups: [""], resources: [services], verbs: [get, patch]}]
checks:
  - id: answers
    message: {en: "It answers at {{ port }}.", es: "Responde en {{ port }}."}
    points: 10
    tcp: {host: "shop.{{ ns }}", port: "{{ port }}"}
safeguards:
  - id: still-there
    penalty: 5
    message: {en: There., es: Ahí.}
    exists: {apiVersion: v1, kind: Service, namespace: "{{ ns }}", name: shop}
durability: {none: Nothing here runs in pods.}
hints: [{cost: 1, text: {en: "See {{ ns }}.", es: "Vea {{ ns }}."}}]
"""
MANIFEST = """\
apiVersion: v1
kind: Namespace
metadata: {name: {{ ns }}, labels: {pod-security.kubernetes.io/enforce: baseline}}
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: {{ ns }}}
spec:
  selector: {app: shop}
  ports: [{name: http, port: {{ port }}, targetPort: http}]
"""
FAULT = """\
- target: {apiVersion: v1, kind: Service, namespace: "{{ ns }}", name: shop}
  patch: {spec: {ports: [{name: http, targetPort: nothing}]}}
"""


def write(root: Path, changed: Mapping[str, str | None] | None = None) -> Path:
    """Write the folder under `root`, with some files changed (None: left out), and return it."""
    files: dict[str, str | None] = {
        "scenario.yaml": SCENARIO,
        "manifests/10-shop.yaml.j2": MANIFEST,
        "fault.yaml": FAULT,
        "brief.en.md": "# Tiny\nNobody gets an answer in {{ ns }}.\n",
        "brief.es.md": "# Chico\nNadie recibe respuesta en {{ ns }}.\n",
        "fixes/one.sh": "kubectl -n {{ ns }} get services\n",
        "fixes/two.sh": "true\n",
        "traps/one.sh": "# caught-by: answers\ntrue\n",
        "traps/two.sh": "# caught-by: still-there\ntrue\n",
        **(changed or {}),
    }
    folder = root / "tiny_shop"
    for name, text in files.items():
        if text is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
