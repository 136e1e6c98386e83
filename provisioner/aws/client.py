"""Calls to an AWS account with the grader's powers. One client per service and region, made when first needed."""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Any, cast

import botocore.session
import urllib3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name for it
    HTTPClientError,
    InvalidRegionError,
    ParamValidationError,
    UnknownServiceError,
)
from botocore.parsers import ResponseParserError

from labs.core.aws import AwsAdmin, AwsAnswer, AwsCall
from labs.core.errors import InputError, UnreachableError
from provisioner.emulated.incell.gate import ACCOUNT_HEADER, CONTROL_PATH, ENFORCE_HEADER, TOKEN_HEADER

TIMEOUT_SECONDS = 20.0
"""AWS's slowest of the calls we make take seconds."""
EMULATED_SECONDS = 60.0
"""An emulated call takes milliseconds, and a stack on an overloaded host took more than 20 s."""
OVERLOADED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException",
                        "InternalFailure", "InternalError", "ServiceUnavailable", "RequestExpired", "ExpiredToken",
                        "ExpiredTokenException"})  # fmt: skip
"""Answers that say nothing of the account: AWS could not look."""
AWAY_HINT = "Is there a way from here to AWS (network, proxy, AWS_ENDPOINT_URL, AWS_REGION)? Then repeat the command."
HERE_HINT = "`taller list` shows whether the lab is damaged; `taller down LAB` removes it."
_METADATA = "ResponseMetadata"
Keys = Mapping[str, str]
"""AccessKeyId, SecretAccessKey and maybe SessionToken, as AWS names them."""


class AwsClient:
    """One account, seen with one set of credentials. Thread-safe.

    `keys` are an access key id, a secret and (for a session) a token, or what gives them when asked (a session's are
    renewed); without them an emulated account is spoken to as its grader, and AWS itself with the credentials of the
    environment.
    """

    def __init__(self, admin: AwsAdmin, *, keys: Keys | Callable[[], Keys] | None = None) -> None:
        self.admin = admin
        self._keys = keys
        self._clients: dict[tuple[str, str, str, str], Any] = {}
        self._lock = Lock()

    def call(self, call: AwsCall) -> Mapping[str, Any]:
        """The result of an operation, all its pages. Raises botocore's ClientError when AWS says no.

        Raises UnreachableError when there is no answer, InputError for an operation or parameters AWS does not know.
        """
        with translated(call, endpoint=self.admin.endpoint):
            client = self._client(call)
            name = xform_name(call.operation)
            if not hasattr(client, name):
                raise InputError(f"{call.service} has no operation {call.operation}.")
            with _speaking_to_aws(call):
                if client.can_paginate(name):
                    return _plain(client.get_paginator(name).paginate(**call.parameters).build_full_result())
                return _plain(getattr(client, name)(**call.parameters))

    def ask(self, call: AwsCall) -> AwsAnswer:
        """As `call`, but a no of AWS's is an answer too."""
        try:
            return AwsAnswer(self.call(call))
        except ClientError as error:
            said = error.response.get("Error", {})
            code = str(said.get("Code", "Unknown"))
            if code in OVERLOADED or _status(error) >= http.client.INTERNAL_SERVER_ERROR:
                raise UnreachableError(
                    f"{call} could not be answered: {code}.", hint="Try again in a minute."
                ) from error
            return AwsAnswer(error_code=code, error_message=str(said.get("Message", "")))

    def with_keys(self, keys: Keys | Callable[[], Keys]) -> "AwsClient":
        """The same account, seen with other credentials, which its policies restrict."""
        return AwsClient(self.admin, keys=keys)

    def control(self, verb: str, *, method: str = "GET", body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """What an emulated account's gate answers to `state`, `freeze` or `issuers`. Raises UnreachableError."""
        try:
            answer = urllib3.request(
                method,
                f"{self.admin.endpoint}{CONTROL_PATH}{verb}",
                headers={TOKEN_HEADER: self.admin.token},
                json=body,
                timeout=TIMEOUT_SECONDS,
                retries=False,
            )
            if answer.status != http.client.OK:
                raise UnreachableError(f"The AWS account's gate answers {answer.status} to {verb}.", hint=HERE_HINT)
            return cast("dict[str, Any]", json.loads(answer.data))
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(
                f"The AWS account at {self.admin.endpoint} does not answer.", hint=HERE_HINT
            ) from error

    @cached_property
    def _session(self) -> Any:
        return botocore.session.Session()

    def _client(self, call: AwsCall) -> Any:
        region = call.region or self.admin.region
        keys = self._keys() if callable(self._keys) else self._keys
        key = (call.service, region, call.account, keys["AccessKeyId"] if keys else "")
        with self._lock:  # a botocore session is not safe to share while it makes a client
            if key not in self._clients:
                self._clients[key] = self._made(call.service, region, call.account, keys)
            return self._clients[key]

    def _made(self, service: str, region: str, account: str, keys: Keys | None) -> Any:
        options: dict[str, Any] = {}
        is_emulated = bool(self.admin.endpoint)
        if is_emulated:
            options |= {
                "endpoint_url": self.admin.endpoint,
                "aws_access_key_id": "grader",
                "aws_secret_access_key": "-",
            }
        if keys:
            options |= {
                "aws_access_key_id": keys["AccessKeyId"],
                "aws_secret_access_key": keys["SecretAccessKey"],
                "aws_session_token": keys.get("SessionToken"),
            }
        config = Config(
            connect_timeout=TIMEOUT_SECONDS,
            read_timeout=EMULATED_SECONDS if is_emulated else TIMEOUT_SECONDS,
            # On one host nothing is lost on the way: a call that is slow and is repeated is done twice, and what came
            # of the second ("already exists") was once taken for what came of the first.
            retries={"mode": "standard", "total_max_attempts": 1} if is_emulated else {"mode": "adaptive"},
            max_pool_connections=20,
            inject_host_prefix=not is_emulated,
        )
        client = self._session.create_client(service, region_name=region, config=config, **options)
        if self.admin.token:
            client.meta.events.register("before-send.*", lambda request, **_: self._mark(request, account))
        return client

    def _mark(self, request: Any, account: str) -> None:
        """The gate's headers, unsigned: they are for the gate and not for AWS."""
        request.headers[TOKEN_HEADER] = self.admin.token
        if account:
            request.headers[ACCOUNT_HEADER] = account
        if self._keys:
            request.headers[ENFORCE_HEADER] = "1"


@contextmanager
def translated(call: AwsCall, *, endpoint: str = "") -> Iterator[None]:
    """Botocore's errors about the way to AWS, and about us, become ours; AWS's own no (ClientError) passes.

    `endpoint` is an emulated account's; its errors name other remedies than AWS's.
    """
    try:
        yield
    except (UnknownServiceError, ParamValidationError) as error:
        raise InputError(f"{call} cannot be asked: {error}", hint="`taller catalogue` checks all calls.") from error
    except InvalidRegionError as error:
        hint = "Name one as AWS does, e.g. --region eu-west-1 or AWS_REGION."
        raise InputError(f"{call} cannot be asked: {error}", hint=hint) from error
    except (ConnectionError, HTTPClientError, ResponseParserError) as error:
        raise UnreachableError(
            f"{f'The AWS account at {endpoint}' if endpoint else 'AWS'} does not answer to {call}: "
            f"{type(error).__name__}.",
            hint=HERE_HINT if endpoint else AWAY_HINT,
        ) from error
    except BotoCoreError as error:
        raise UnreachableError(f"{call} could not be asked: {error}", hint=AWAY_HINT) from error


@contextmanager
def _speaking_to_aws(call: AwsCall) -> Iterator[None]:
    """What answers with something else than AWS does (a proxy's page) makes botocore's parsers stumble anywhere."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreachableError(
            f"What answers to {call} does not speak as AWS does ({type(error).__name__}).", hint=AWAY_HINT
        ) from error


def _status(error: ClientError) -> int:
    response: Mapping[str, Any] = error.response
    return int(response.get(_METADATA, {}).get("HTTPStatusCode", 0))


def _plain(result: Any) -> dict[str, Any]:
    """JSON-like data: bodies are read (64 KiB at most, as text), times are ISO texts, metadata is left out."""
    return {str(key): _value(entry) for key, entry in result.items() if key != _METADATA}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _value(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_value(entry) for entry in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "read"):
        return _value(value.read(BODY_BYTES))
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode(errors="replace")
    return value


BODY_BYTES = 64 * 1024
