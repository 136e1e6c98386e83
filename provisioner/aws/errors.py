"""botocore's errors as ours."""

from labs.core.errors import InfrastructureError


class AwsError(InfrastructureError):
    """AWS refused what we need. `code` is AWS's word for it."""

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
