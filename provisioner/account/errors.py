"""AWS's refusals in a real account, as errors that a person can act on."""

from botocore.exceptions import ClientError

from labs.core.errors import InputError, TallerError, UnreachableError
from provisioner.aws.client import OVERLOADED
from provisioner.aws.errors import AwsError

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
UNKNOWN_KEY = frozenset({"InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "AuthFailure",
                         "SignatureDoesNotMatch", "IncompleteSignature"})  # fmt: skip
"""Also what a region that is off answers: it does not know the account's keys."""
TROUBLED = frozenset({"InternalFailure", "InternalError", "ServiceUnavailable"})
REGION_OFF = frozenset({"OptInRequired", "RegionDisabledException"})


class AccountError(InputError):
    """The account, the credentials or a region is not as a lab needs it. Nothing was created. `code` is AWS's word."""

    def __init__(self, message: str, *, hint: str, code: str = "") -> None:
        super().__init__(message, hint=hint, code=code)
        self.code = code


def code_of(error: ClientError) -> str:
    """AWS's name for the error; empty when it gave none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def refused(error: ClientError, doing: str, *, region: str = "") -> TallerError:
    """The error in our words, to be raised `from` AWS's. `doing` is what was asked, such as `iam:ListPolicies`.

    Throttling is an UnreachableError (AWS could not look; worth a retry), what the caller can mend an AccountError, and
    the rest an AwsError.
    """
    code, said = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
    place = f"{doing} in {region}" if region else doing
    if code in EXPIRED:
        return AccountError(
            f"{place}: the AWS credentials have expired.", hint="Log in again, then repeat the command.", code=code
        )
    if code in OVERLOADED:
        why = (
            f"has trouble of its own ({code}: {said})."
            if code in TROUBLED
            else f"throttles this account ({code}) and did so after every retry."
        )
        return UnreachableError(
            f"{place}: AWS {why}", hint="Wait a minute and repeat the command: it goes on where it stopped."
        )
    if code in REGION_OFF:
        return AccountError(f"{place}: the region is off in this account.", hint=region_hint(region), code=code)
    if code in DENIED:
        hint = f"Allow {doing} to the principal that runs taller, or run it with another profile (AWS_PROFILE)."
        return AccountError(f"{place}: AWS denies it: {said}", hint=hint, code=code)
    if code in UNKNOWN_KEY:
        hint = "Check AWS_PROFILE or the AWS_… variables."
        return AccountError(
            f"{place}: AWS does not know these credentials ({code}).",
            hint=f"{hint} {region_hint(region)}" if region else hint,
            code=code,
        )
    hint = f"AWS's documentation of {doing} tells what {code or 'it'} means. Nothing was created by this call."
    return AwsError(f"{place}: {code}: {said}", code=code, hint=hint)


def region_hint(region: str) -> str:
    """How to have a region that is off."""
    name = region or "REGION"
    return f"Turn it on (aws account enable-region --region-name {name}; takes minutes), or leave it out."
