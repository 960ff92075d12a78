"""What can go wrong, as one tree.

    SyncError
    ├── FatalError            trying again is pointless until a person changes something
    │   └── ConfigError       a file, option or credential is unusable as it is written
    └── TransientError        may go away by itself; try again later
        ├── CredentialError   no valid credentials right now
        ├── UnreachableError  no connection, or none that lasted
        │   ├── NoAnswerError nobody took the request
        │   └── SilentError   connected, but nothing came for too long
        ├── BadAnswerError    an answer that is not the Kubernetes API's
        └── ApiError          the API server refused
            ├── UnauthorizedError     401
            ├── ForbiddenError        403
            ├── NotServedError        404, 405
            ├── GoneError             410, or a version from the future: start over
            ├── InvalidRequestError   400, 422 and other 4xx
            ├── TooManyRequestsError  429
            └── ServerError           5xx

Messages are for the person who runs the program: what failed and what to do next.
They never contain a secret.
"""


class SyncError(Exception):
    """Everything that this program raises on purpose."""


class FatalError(SyncError):
    """Trying again is pointless until a person changes something."""


class ConfigError(FatalError):
    """A file, option or credential is unusable as it is written."""


class TransientError(SyncError):
    """May go away by itself; try again later."""


class CredentialError(TransientError):
    """There are no valid credentials right now."""


class UnreachableError(TransientError):
    """No connection, or none that lasted."""


class NoAnswerError(UnreachableError):
    """Nobody took the request, so nobody has had any work with it."""


class SilentError(UnreachableError):
    """Connected, but nothing came for too long."""


class BadAnswerError(TransientError):
    """An answer that is not the Kubernetes API's."""


class ApiError(TransientError):
    """The API server refused.

    Attributes:
        code: The HTTP status.
        reason: The API's own word for it, such as ``Expired``; may be empty.
        retry_after: Seconds to wait at least; 0 if the server did not say.
        streamed: It came in a watch that the server had agreed to.
    """

    streamed = False

    def __init__(
        self, message: str, *, code: int, reason: str = "", retry_after: float = 0
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.retry_after = retry_after


class UnauthorizedError(ApiError):
    """The server does not accept the credentials."""


class ForbiddenError(ApiError):
    """The credentials are fine, but their role does not allow this."""


class NotServedError(ApiError):
    """The server does not know this kind of objects."""


class GoneError(ApiError):
    """The server cannot continue from the given version."""


class InvalidRequestError(ApiError):
    """The server does not understand the request."""


class TooManyRequestsError(ApiError):
    """The server asks for patience."""


class ServerError(ApiError):
    """The server, or something between, has a problem of its own."""
