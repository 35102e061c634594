"""Drawing lots without randomness: who is held out, who gets which variant.

Invariant: the same seed, campaign and person draw the same number for ever, on every machine. The campaign's
version is no part of it, so that editing a campaign moves nobody.
"""

from hashlib import blake2b

from offers.money import BP


def lot(seed: int, campaign: str, subject: str) -> int:
    """A number from 0 to 9,999, spread evenly over subjects."""
    digest = blake2b(f"{seed}/{campaign}/{subject}".encode(), digest_size=8).digest()
    # 2**64 is so much larger than 10,000 that the remainder's bias is below one in 10**15.
    return int.from_bytes(digest, "big") % BP
