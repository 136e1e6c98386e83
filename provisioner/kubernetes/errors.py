"""What an API server's refusals become."""

from labs.core.errors import InfrastructureError


class RejectedError(InfrastructureError):
    """The API server understood and refused (4xx). `facts`: status, reason, path. Retrying the same does not help."""

    def __init__(self, message: str, *, status: int, reason: str, path: str) -> None:
        super().__init__(message, hint="", status=str(status), reason=reason, path=path)
        self.status = status
        self.reason = reason
