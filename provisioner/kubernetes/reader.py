"""The reading side of an API server."""

import http.client
from collections.abc import Sequence
from urllib.parse import quote

from labs.core.errors import UnreachableError
from labs.core.ports import Manifest
from labs.core.probes import AccessQuestion, Admission, ObjectRef
from provisioner.kubernetes.paths import Paths
from provisioner.kubernetes.transport import Transport

LOG_MAX_BYTES = 64 * 1024
"""What a report can show; a candidate's pod may write without end."""


class Reader:
    """A `ClusterReader` over REST. Any answer but "here it is" and "there is none" raises UnreachableError."""

    def __init__(self, transport: Transport, paths: Paths) -> None:
        self._transport = transport
        self._paths = paths

    def get(self, ref: ObjectRef) -> Manifest | None:
        """See ClusterReader."""
        path = self._paths.object(ref)
        if path is None:
            return None
        answer = self._transport.call("GET", path)
        if answer.status == http.client.NOT_FOUND:
            return None
        if not answer.is_ok or not isinstance(answer.body, dict):
            raise UnreachableError(f"{ref} cannot be read: {answer.status} {answer.message}")
        return answer.body

    def list(self, api_version: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        """See ClusterReader."""
        path = self._paths.collection(api_version, kind, namespace)
        if path is None:
            return []
        answer = self._transport.call("GET", path, query={"labelSelector": labels} if labels else None)
        if answer.status == http.client.NOT_FOUND:
            return []
        if not answer.is_ok or not isinstance(answer.body, dict):
            raise UnreachableError(f"{kind} objects cannot be listed: {answer.status} {answer.message}")
        # Items of a list carry neither apiVersion nor kind.
        return [{"apiVersion": api_version, "kind": kind, **item} for item in answer.body.get("items") or []]

    def logs(self, namespace: str, pod: str, *, container: str = "", tail_lines: int = 100) -> str:
        """See ClusterReader."""
        query = {"tailLines": str(tail_lines), "limitBytes": str(LOG_MAX_BYTES)}
        if container:
            query["container"] = container
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}/log"
        status, text = self._transport.text(path, query=query)
        if status != http.client.OK:
            raise UnreachableError(f"The log of {namespace}/{pod} cannot be read: {status} {text[:300]}")
        return text

    def is_allowed(self, question: AccessQuestion) -> bool:
        """See ClusterReader. A review is answered and forgotten: no object is stored.

        https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/
        """
        resource, _, subresource = question.resource.partition("/")
        attributes = {
            "namespace": question.namespace,
            "verb": question.verb,
            "group": question.api_group,
            "resource": resource,
            "subresource": subresource,
            "name": question.name,
        }
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": question.user, "groups": list(question.groups), "resourceAttributes": attributes},
        }
        answer = self._transport.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body=review)
        status = answer.body.get("status") if answer.is_ok and isinstance(answer.body, dict) else None
        if not isinstance(status, dict) or "allowed" not in status:
            raise UnreachableError(f"Nobody says whether {question}: {answer.status} {answer.message}")
        return bool(status["allowed"])

    def would_create(self, manifest: Manifest) -> Admission:
        """See ClusterReader. A dry run: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run.

        A webhook that cannot be heard is a refusal like others, of status 500; any other 500 is none.
        """
        metadata = manifest["metadata"]
        namespace = metadata.get("namespace", "")
        path = self._paths.collection(manifest["apiVersion"], manifest["kind"], namespace)
        if path is None:
            return Admission(is_let_in=False, message=f"the kind {manifest['kind']} is not served")
        query, heard = {"dryRun": "All"}, {429, 502, 503, 504}
        answer = self._transport.call("POST", path, query=query, body=dict(manifest), transient=heard)
        if answer.is_ok:
            return Admission(is_let_in=True, manifest=answer.body)
        if answer.status >= http.client.INTERNAL_SERVER_ERROR and "failed calling webhook" not in answer.message:
            raise UnreachableError(f"Nobody says whether {path} would take it: {answer.status} {answer.message}")
        return Admission(is_let_in=False, message=answer.message)

    def would_evict(self, namespace: str, pod: str) -> Admission:
        """See ClusterReader. A dry run: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/.

        Refused by a budget (429 with its cause), or because more than one covers the pod (500). Other 429 are the API
        server's own haste, and tell nothing.
        """
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}/eviction"
        metadata = {"name": pod, "namespace": namespace}
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        heard = {502, 503, 504}
        answer = self._transport.call("POST", path, query={"dryRun": "All"}, body=eviction, transient=heard)
        if answer.is_ok or answer.status == http.client.NOT_FOUND:
            return Admission(is_let_in=True)
        details = answer.body.get("details") if isinstance(answer.body, dict) else None
        causes = {cause.get("reason") for cause in (details or {}).get("causes") or []}
        if "DisruptionBudget" in causes or "more than one PodDisruptionBudget" in answer.message:
            return Admission(is_let_in=False, message=answer.message)
        raise UnreachableError(f"Nobody says whether {namespace}/{pod} may go: {answer.status} {answer.message}")
