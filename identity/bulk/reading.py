"""How a run reads what its files say: what a source's entry in the policy says online."""

from dataclasses import dataclass

from identity.policy import Policy


@dataclass(frozen=True, slots=True)
class Reading:
    """`country` (alpha-2) says what a national phone number means where a record names no country;
    `date_order` is dmy, mdy or ymd.
    """

    policy: Policy
    country: str = "AT"
    date_order: str = "dmy"
