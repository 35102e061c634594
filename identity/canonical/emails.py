"""E-mail addresses by their syntax, without asking the network.

What providers do with dots and plus signs is a level of comparison, not a rewrite: whoever writes to
anna+shop wants to be answered there.
"""

import re
from functools import lru_cache
from typing import Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from rapidfuzz.distance import OSA

from identity.canonical import junk
from identity.canonical.text import CACHE_SIZE

LENGTH_MAX: Final = 254
NEAR_LENGTH_MIN: Final = 6  # of shorter local parts too many are one letter apart
NEAR_LETTERS_PER_ERROR: Final = 4

# Plain addresses, for which email-validator has nothing to say but lower case.
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN: Final = re.compile(rf"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:{_LABEL}\.)+[a-z]{{2,63}}")
_RESERVED: Final = re.compile(
    rf"[@.](?:{'|'.join(map(re.escape, sorted(SPECIAL_USE_DOMAIN_NAMES)))})\Z|[@.][a-z0-9]{{2}}--"
)


@lru_cache(maxsize=CACHE_SIZE)
def normalised(cleaned: str) -> str | None:
    """The address in lower case, None when it is none."""
    address = _written_after_name(cleaned) if cleaned.endswith(">") else cleaned
    if not 3 <= len(address) <= LENGTH_MAX:
        return None
    return _quick(address) or _thorough(address)


def is_junk(address: str) -> bool:
    """True for addresses that belong to nobody."""
    return address.partition("@")[0] in junk.LOCAL_PARTS


def mailbox(address: str) -> str:
    """The address as the big providers deliver it: without plus-suffix, and without dots at Google.

    Two addresses with one mailbox probably belong to one person; they are still two addresses.
    """
    local, _, domain = address.partition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        return local.replace(".", "") + "@gmail.com"
    return f"{local}@{domain}"


def are_near(left: str, right: str) -> bool:
    """True for two mailboxes that are one, give or take typing errors in each part."""
    if left == right:
        return True
    (local, _, _), (other, _, _) = left.partition("@"), right.partition("@")
    shortest = min(len(local), len(other))
    return shortest >= NEAR_LENGTH_MIN and OSA.distance(local, other) <= shortest // NEAR_LETTERS_PER_ERROR


def _written_after_name(cleaned: str) -> str:
    """The address of `"Anna Huber" <anna@example.com>`, as mail programs show and copy it."""
    return cleaned[cleaned.rfind("<") + 1 : -1].strip()


def _quick(cleaned: str) -> str | None:
    """What `_thorough` gives, for the addresses that need no thought."""
    address = cleaned.lower()
    if not (address.isascii() and _PLAIN.fullmatch(address)) or _RESERVED.search(address):
        return None
    return address if address.index("@") <= 64 else None


def _thorough(cleaned: str) -> str | None:
    try:
        # Lower case may open what was closed (a capital letter with two small forms), so it is checked again.
        once = validate_email(cleaned, check_deliverability=False).normalized.lower()
        again = validate_email(once, check_deliverability=False).normalized
    except EmailNotValidError:
        return None
    return again if again == again.lower() else None
