from collections.abc import Iterator

import pytest

from provisioner.kubernetes.credentials import credentials
from provisioner.kubernetes.transport import Transport
from tests.unit.provisioner.kubernetes.fake_api import FakeApi, running


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with running(FakeApi()) as api:
        yield api


@pytest.fixture
def transport(api: FakeApi) -> Iterator[Transport]:
    transport = Transport(credentials(api.kubeconfig), sleep=lambda _: None)
    yield transport
    transport.close()
