"""What others can be told."""

from typing import Final

JOINED: Final = "profile.joined"
SPLIT: Final = "profile.split"
ERASED: Final = "profile.erased"
REDEEMED: Final = "offer.redeemed"
REVIEW: Final = "review.needed"

KINDS: Final = (JOINED, SPLIT, ERASED, REDEEMED, REVIEW)

OF_CHANGES: Final = {"joined": JOINED, "merged": JOINED, "split": SPLIT, "erased": ERASED}
"""Kind of change in the feed -> what it is told as. Others are for those who read the feed."""
