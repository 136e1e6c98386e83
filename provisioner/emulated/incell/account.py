"""The account that moto takes for its own: each lab's is another."""

import sys


def set_default(account_id: str) -> None:
    """Requests that name no known credentials, and what moto makes by itself, belong to `account_id`.

    moto copies its constant into each service's module, so it must be set before any is imported. The variable
    MOTO_ACCOUNT_ID would put every request into one account, and a lab may have several. Raises RuntimeError when late.
    """
    import moto.core  # noqa: PLC0415
    import moto.core.models  # noqa: PLC0415

    if "moto.iam.models" in sys.modules:
        raise RuntimeError("moto's services are imported already: set the account first")
    moto.core.models.DEFAULT_ACCOUNT_ID = account_id
    moto.core.DEFAULT_ACCOUNT_ID = account_id  # type: ignore[attr-defined]
