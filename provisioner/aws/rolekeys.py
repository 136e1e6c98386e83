"""Keys of a session of a role, renewed before they end."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock

from botocore.exceptions import ClientError

from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError
from provisioner.aws.client import AwsClient, Keys

SESSION_NAME = "review"
RENEW_SECONDS = 300.0
"""A check that begins with keys ends with them."""


class RoleKeys:
    """Call it for the keys. Thread-safe. `client` takes the role, under the name that its account asks for."""

    def __init__(
        self, client: AwsClient, role: str, *, account: str = "", clock: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._role = role
        self._account = account
        self._clock = clock
        self._keys: Mapping[str, str] = {}
        self._ends = 0.0
        self._lock = Lock()

    def __call__(self) -> Keys:
        """The keys, good for minutes. Raises UnreachableError when the grader cannot take the role's place."""
        with self._lock:
            if self._clock() >= self._ends - RENEW_SECONDS:
                self._take()
            return self._keys

    def _take(self) -> None:
        parameters = {"RoleArn": self._role, "RoleSessionName": self._client.admin.session or SESSION_NAME}
        try:
            given = self._client.call(AwsCall("sts", "AssumeRole", parameters, account=self._account))["Credentials"]
        except ClientError as error:
            raise UnreachableError(f"The grader cannot take the place of {self._role}: {error}") from error
        self._keys, self._ends = given, datetime.fromisoformat(given["Expiration"]).timestamp()


def as_grader(client: AwsClient) -> AwsClient:
    """The account with the rights of its grader: in a real one that is a role, taken by whoever runs taller."""
    role = client.admin.grader
    return client.with_keys(RoleKeys(client, role)) if role else client
