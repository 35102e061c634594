"""What can go wrong when somebody asks identity for something.

A docstring is the message. Refusals that are part of an answer are values, not exceptions.
"""


class IdentityError(Exception):
    """Something went wrong in identity."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())


class PolicyError(IdentityError):
    """The identity policy file is not valid."""


class ModelError(IdentityError):
    """The model document is not valid."""


class UnknownSourceError(IdentityError):
    """The source is not named in the policy."""


class InvalidRecordError(IdentityError):
    """The record cannot be stored as it was sent."""


class UnknownRecordError(IdentityError):
    """There is no such record."""


class UnknownProfileError(IdentityError):
    """There is no such profile."""


class ErasedError(IdentityError):
    """The shopper's data was erased."""


class SuppressedError(IdentityError):
    """The shopper's data was erased; it is taken again only with a consent given since then."""


class InvalidJudgementError(IdentityError):
    """A judgement needs two sets of existing records with nothing in common."""


class UnknownReviewError(IdentityError):
    """There is no such review, or it was decided already."""


class UnknownBatchError(IdentityError):
    """There is no such batch."""


class RolledBackBatchError(IdentityError):
    """The batch was taken back, so nothing more comes under its name: choose another name."""


class TogetherError(IdentityError):
    """These records have to be put one by one."""


class BusyError(IdentityError):
    """The records are being changed by others; try again."""
