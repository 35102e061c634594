"""What can go wrong in offers, one class per case; the first line of a docstring is the default message.

Expected refusals of single offers are values (`decision.Refusal`), not exceptions. The door maps every class
here to a problem type; a test fails on one that it does not know.
"""


class OffersError(Exception):
    """Something about offers went wrong."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").split("\n", 1)[0])


class InvalidCampaignError(OffersError):
    """The campaign is not well formed.

    `problems` holds one readable sentence each, with the place in the document and what is allowed there.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UnknownCampaignError(OffersError):
    """No campaign has this id."""


class TakenCodeError(OffersError):
    """This code exists already."""


class UnknownSegmentError(OffersError):
    """No segment has this id."""


class UnknownBatchError(OffersError):
    """No codes were made under this id."""


class CampaignStateError(OffersError):
    """The campaign's state does not allow this step."""


class UnknownStoreError(OffersError):
    """No store has this code."""


class UnknownProductError(OffersError):
    """No product has this number."""


class CurrencyMismatchError(OffersError):
    """The basket's currency is not the store's."""


class UnknownDecisionError(OffersError):
    """No decision has this id."""


class UnknownRedemptionError(OffersError):
    """No redemption has this id."""


class RedemptionStateError(OffersError):
    """The redemption's state does not allow this step."""


class StaleRevisionError(OffersError):
    """A newer revision of this transaction has already been answered."""


class TransactionConflictError(OffersError):
    """This transaction was already recorded with other content."""


class AlreadyVoidedError(OffersError):
    """This transaction was voided before its reserve arrived."""


class ReturnBeyondSaleError(OffersError):
    """More would come back than was sold."""


class NoLongerAuthorisedError(OffersError):
    """The caller's right to reserve was withdrawn while it asked."""
