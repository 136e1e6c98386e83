"""What a cluster publishes about its tokens, and in which form it must be asked for it."""

from typing import Any

import pytest

from labs.core.errors import UnreachableError
from provisioner.kubernetes.issuer import KEY_SET, issuer
from provisioner.kubernetes.transport import Answer, Transport

DOCUMENTS = {
    "/.well-known/openid-configuration": ("application/json", {"issuer": "https://cluster.example"}),
    "/openid/v1/jwks": (KEY_SET, {"keys": [{"kid": "one"}]}),
}


class PickyTransport(Transport):
    """An API server that, as the real one, gives each document in one form alone."""

    def __init__(self, documents: dict[str, tuple[str, Any]]) -> None:
        self.documents = documents

    def call(self, method: str, path: str, *, accept: str = "application/json", **_: Any) -> Answer:
        assert method == "GET"
        form, document = self.documents.get(path, ("", None))
        return Answer(200, document) if accept == form else Answer(406, "Not Acceptable")


def test_the_issuer_and_its_keys_are_asked_for_in_their_forms() -> None:
    assert issuer(PickyTransport(DOCUMENTS)) == {"https://cluster.example": {"keys": [{"kid": "one"}]}}


@pytest.mark.parametrize("lacking", sorted(DOCUMENTS))
def test_a_cluster_that_does_not_tell_is_unreachable(lacking: str) -> None:
    rest = {path: document for path, document in DOCUMENTS.items() if path != lacking}
    with pytest.raises(UnreachableError, match=lacking):
        issuer(PickyTransport(rest))
