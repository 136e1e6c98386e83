"""Taking pods away, to see whether a fix outlives them."""

import http.client
from urllib.parse import quote

from provisioner.kubernetes.errors import RejectedError
from provisioner.kubernetes.transport import Transport


class PodDisturber:
    """A `Disturber` over REST, with the administrator's credentials."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def delete_pod(self, namespace: str, name: str, *, uid: str) -> None:
        """See Disturber. A conflict says that the name is another pod's by now, so a repeated call does no harm.

        See https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.35/#preconditions-v1-meta.
        """
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(name, safe='')}"
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}}
        answer = self._transport.call("DELETE", path, body=options)
        if not answer.is_ok and answer.status not in {http.client.NOT_FOUND, http.client.CONFLICT}:
            raise RejectedError(
                f"The pod {namespace}/{name} cannot be deleted: {answer.message or answer.status}",
                status=answer.status,
                reason=answer.reason,
                path=path,
            )
