"""Refusals in the form that each service's clients understand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_CODES = {"ec2": "UnauthorizedOperation", "s3": "AccessDenied"}
_FORBIDDEN = 403


def refusal(response: Any, message: str, why: str = "") -> Exception:
    """The exception that moto turns into AWS's answer."""
    text = f"{message} because {why}" if why else message
    return _error(response, _CODES.get(response.boto3_service_name, "AccessDenied"), text)


def answered_with(response: Any, code: str, message: str, status: int) -> Exception:
    """As `refusal`, with a code and a status of the service's own."""
    error = _error(response, code, message)
    error.code = status  # type: ignore[attr-defined] # all that are made here have one
    return error


@contextmanager
def translated(response: Any) -> Iterator[None]:
    """What moto raises about unknown keys and wrong signatures takes the service's own form too."""
    from moto.core.exceptions import _RESTError as RESTError  # noqa: PLC0415 - after the account is set
    from werkzeug.exceptions import HTTPException  # noqa: PLC0415

    try:
        yield
    except (RESTError, HTTPException) as error:
        code = str(getattr(error, "error_type", "") or "AuthFailure")
        text = str(getattr(error, "message", "") or "The security token included in the request is invalid.")
        raise _error(response, code, text) from error


def _error(response: Any, code: str, text: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415
    from moto.core.exceptions import _RESTError as RESTError  # noqa: PLC0415
    from moto.core.utils import get_service_model  # noqa: PLC0415
    from moto.s3.exceptions import S3ClientError  # noqa: PLC0415

    service = response.boto3_service_name
    if service == "s3":
        return S3ClientError(code, text)  # its status follows from the code
    if "json" in str(get_service_model(service).metadata.get("protocol", "")):
        error: RESTError = JsonRESTError(f"{code}Exception" if code == "AccessDenied" else code, text)
    else:
        error = RESTError(code, text)
    error.code = _FORBIDDEN
    return error
