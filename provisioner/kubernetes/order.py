"""In which order objects are created: what others need comes first."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from labs.core.ports import Manifest

_FIRST = (
    ("Namespace", "PriorityClass", "StorageClass", "IngressClass", "RuntimeClass"),
    ("CustomResourceDefinition",),
    ("ServiceAccount", "Secret", "ConfigMap", "LimitRange", "ResourceQuota", "PersistentVolume"),
    ("ClusterRole", "Role", "PersistentVolumeClaim"),
    ("ClusterRoleBinding", "RoleBinding", "NetworkPolicy", "Service", "PodDisruptionBudget"),
)
_LAST = (
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "APIService",
)
FOUNDATION_RANKS = 2
"""Objects of a rank below this are foundations: nothing else can be created before them."""
ADMISSION_RANK = len(_FIRST) + 1
"""Objects of this rank judge those that come after them."""


def rank(manifest: Manifest) -> int:
    """Return the object's turn, from 0. Admission comes last, lest it judge the rest of its own scenario."""
    kind = manifest["kind"]
    for index, kinds in enumerate(_FIRST):
        if kind in kinds:
            return index
    return ADMISSION_RANK if kind in _LAST else len(_FIRST)


def in_turns(manifests: Iterable[Manifest]) -> Sequence[Sequence[Manifest]]:
    """Return the objects in groups; a group's objects do not need each other."""
    return [list(group) for _, group in groupby(sorted(manifests, key=rank), key=rank)]
