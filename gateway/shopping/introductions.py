"""Introducing somebody whom identity knows to offers, which know nobody: the one place where a head or a view
becomes the value that a decision is made for.
"""

from identity.answers import Head, ProfileView
from offers.model import Only, Proof, Shopper


def introduce(known: Head | ProfileView, proof: Proof, *, only: Only | None = None) -> Shopper:
    """The person as offers know one; `proof` is how well they showed who they are."""
    return Shopper(
        profile_id=str(known.profile),
        members=known.members,
        limit_members=known.limit_members,
        personal=known.personal,
        proof=proof,
        tier=known.tier,
        staff=known.staff,
        only=only,
    )
