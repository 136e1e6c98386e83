"""The reading side of an AWS account, as graders get it."""

from threading import Lock

from labs.core.aws import AwsAnswer, AwsCall, is_reading
from labs.core.errors import InputError
from provisioner.aws.client import AwsClient
from provisioner.aws.rolekeys import RoleKeys


class Reader:
    """See AwsReader in labs.core.aws. What it reads is cached nowhere but for the sessions of roles."""

    def __init__(self, client: AwsClient) -> None:
        self._client = client
        self._as_roles: dict[str, AwsClient] = {}
        self._lock = Lock()

    @property
    def account(self) -> str:
        """The sandbox's account id."""
        return self._client.admin.account

    @property
    def region(self) -> str:
        """The sandbox's region."""
        return self._client.admin.region

    def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
        """See AwsReader."""
        if not is_reading(call):
            raise InputError(f"{call} changes the account: a check only looks.")
        if not as_role:
            return self._client.ask(call)
        if (gone := self._client.ask(_role_of(as_role))).error_code:
            return gone  # nobody can take the place of a role that is not there: evidence
        return self._as(as_role).ask(call)

    def _as(self, role: str) -> AwsClient:
        """The account as the role sees it. Raises UnreachableError when the grader cannot take its place."""
        with self._lock:
            if role not in self._as_roles:
                keys = RoleKeys(self._client, role, account=_account_of(role))
                keys()  # now, so that who cannot take the role's place hears of it here
                self._as_roles[role] = self._client.with_keys(keys)
            return self._as_roles[role]


def _role_of(arn: str) -> AwsCall:
    return AwsCall("iam", "GetRole", {"RoleName": arn.rpartition("/")[2]}, account=_account_of(arn))


def _account_of(arn: str) -> str:
    parts = arn.split(":")
    if len(parts) < 6:  # noqa: PLR2004 - arn:partition:service:region:account:resource
        raise InputError(f"{arn!r} is not the ARN of a role.")
    return parts[4]
