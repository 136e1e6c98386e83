"""Calls to a real account, and errors on the way, for the modules of this package."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

from labs.core.aws import AwsCall
from labs.core.errors import InputError
from provisioner.account.errors import refused

_ACCOUNT = re.compile(r"[0-9]{12}")


class Caller(Protocol):
    """What we need of AwsClient: the result of a call, all pages, or botocore's ClientError when AWS says no."""

    def call(self, call: AwsCall) -> Mapping[str, Any]:
        """See AwsClient.call: retries throttling adaptively; raises UnreachableError when there is no answer."""


def ask(caller: Caller, service: str, operation: str, *, region: str = "", **parameters: Any) -> Mapping[str, Any]:
    """The result of a call. Raises our errors (see `errors.refused`), with AWS's as the cause."""
    try:
        return caller.call(AwsCall(service, operation, parameters, region=region))
    except ClientError as error:
        raise refused(error, f"{service}:{operation}", region=region) from error


def account_id(text: str) -> str:
    """`text` as an account id. Raises InputError when it is not twelve digits."""
    if not _ACCOUNT.fullmatch(text):
        raise InputError(f"{text!r} is not an AWS account id.", hint="It has twelve digits, without dashes.")
    return text
