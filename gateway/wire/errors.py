"""What can go wrong in the door's own services. A docstring is the message."""


class GatewayError(Exception):
    """Something went wrong at the door."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())


class UnknownKeyError(GatewayError):
    """There is no API key with this id, or it was revoked already."""


class InvalidGrantError(GatewayError):
    """An API key cannot be made for this combination of scopes and bounds."""
