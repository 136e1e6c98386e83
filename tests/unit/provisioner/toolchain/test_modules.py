"""What several of our Go modules require, they require in one version: then Go compiles it once for all of them.

See docs/decisions/tools-share-versions.md.
"""

from collections import defaultdict

from provisioner.toolchain.table import MODULES

OWN_VERSIONS = {"crictl"}
"""Of another Kubernetes than the node's: none nearer is served."""
FORKS = {("opentofu", "github.com/hashicorp/hcl/v2")}
"""Where a module is replaced by a fork of that version."""
NODES = {".", "e2e"}
"""What Kubernetes is tested with stays, but for what its client needs, which other tools are made of too."""
OF_THE_CLIENT = {
    *(f"golang.org/x/{name}" for name in ("net", "oauth2", "sync", "sys", "term", "text", "time")),
    *(f"k8s.io/{name}" for name in ("api", "apimachinery", "client-go", "klog/v2", "kube-openapi", "utils")),
    *(f"sigs.k8s.io/{name}" for name in ("json", "randfill", "structured-merge-diff/v6", "yaml")),
    "github.com/emicklei/go-restful/v3",
    "github.com/fxamacker/cbor/v2",
    "github.com/go-logr/logr",
    "github.com/go-openapi/swag",
    "github.com/google/gnostic-models",
    "github.com/spf13/cobra",
    "github.com/spf13/pflag",
    "go.yaml.in/yaml/v2",
    "go.yaml.in/yaml/v3",
    "google.golang.org/protobuf",
}


def _required() -> dict[str, dict[str, str]]:
    """Module of ours → module → version."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(MODULES.rglob("go.mod")):
        lines = path.read_text(encoding="utf-8").splitlines()
        words = (line.split("//")[0].removeprefix("require ").split() for line in lines if "=>" not in line)
        required = {each[0]: each[1] for each in words if len(each) == 2 and each[1].startswith("v")}
        found[str(path.parent.relative_to(MODULES))] = required
    return found


def test_modules_of_ours_share_the_versions_of_what_they_are_made_of() -> None:
    versions: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for ours, required in _required().items():
        for name, version in required.items():
            has_its_own = ours in OWN_VERSIONS or (ours, name) in FORKS
            if not has_its_own and (ours not in NODES or name in OF_THE_CLIENT):
                versions[name][version].append(ours)
    apart = {name: dict(found) for name, found in versions.items() if len(found) > 1}
    assert not apart, "`go get` the highest of these in the modules that lack it, then see to their tools' tests"


def test_what_modules_require_is_read() -> None:
    required = _required()
    assert len(required) >= 15
    assert required["helm"]["k8s.io/client-go"] == required["."]["k8s.io/client-go"] != ""
    assert {name for each in NODES for name in required[each]} >= OF_THE_CLIENT
