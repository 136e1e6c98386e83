"""What a bucket gives to anybody, signed in or not.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

import json
from typing import Any

from labs.core.iam.decision import Policies
from labs.core.iam.document import parse
from labs.core.iam.evaluate import decide
from labs.core.iam.request import Kind, Principal, Request

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
NOBODY = Principal("", "", Kind.ANONYMOUS)


def may_read(response: Any, resource: str) -> bool:
    """Whether the object (an S3 ARN) is read, and its bucket makes it public by policy or access control list."""
    bucket_name, _, key = resource.rpartition(":::")[2].partition("/")
    if response.method not in {"GET", "HEAD"} or not key:
        return False
    account, bucket = _bucket(bucket_name)
    if bucket is None:
        return False
    block = bucket.public_access_block
    blocks = {name: str(getattr(block, name, "")).lower() == "true" for name in _SWITCHES}
    return (_by_list(bucket, key) and not blocks["ignore_public_acls"]) or (
        _by_policy(bucket, account, resource) and not blocks["restrict_public_buckets"]
    )


_SWITCHES = ("ignore_public_acls", "restrict_public_buckets")


def _bucket(name: str) -> tuple[str, Any]:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto comes after the account is set

    for account, regions in list(s3_backends.items()):
        if name in regions["aws"].buckets:
            return str(account), regions["aws"].buckets[name]
    return "", None


def _by_list(bucket: Any, key: str) -> bool:
    kept = bucket.keys.get(key)
    return any(acl is not None and acl.public_read for acl in (getattr(kept, "acl", None),))


def _by_policy(bucket: Any, account: str, resource: str) -> bool:
    if not bucket.policy:
        return False
    text = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    asked = Request(NOBODY, "s3:GetObject", resource, account, {"aws:SecureTransport": "true"})
    return decide(asked, Policies(resource=parse(json.loads(text)))).is_allowed
