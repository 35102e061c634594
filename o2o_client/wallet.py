"""The signed offers that a till holds for hours without network: anybody's, and none that names a person.

Invariant: what is on disk is believed only as far as its signatures go.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from o2o_client import signed
from o2o_client.signed import SignedOffer


@dataclass(frozen=True, slots=True)
class Held:
    """An offer and the token that proves it."""

    token: str
    offer: SignedOffer


class Wallet:
    """A file beside the journal, replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: Mapping[str, Ed25519PublicKey] = {}
        self._tokens: tuple[str, ...] = ()
        if path.exists():
            self._take(json.loads(path.read_text(encoding="ascii")))

    def replace(self, keys: Mapping[str, str], tokens: Iterable[str]) -> None:
        """Hold these offers from now on, under these public keys."""
        document = {"keys": dict(keys), "tokens": list(tokens)}
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="ascii") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._take(document)

    def live(self, at: datetime, *, store: str, currency: str) -> list[Held]:
        """What may be given here now to anybody."""
        held = [self.read(token, at, store=store, currency=currency) for token in self._tokens]
        return [one for one in held if one is not None and one.offer.holder is None]

    def read(self, token: str, at: datetime, *, store: str, currency: str) -> Held | None:
        """What a token is worth here now; None when nothing."""
        offer = signed.read(token, self._keys)
        if offer is None or not signed.is_live(offer, at) or offer.currency != currency:
            return None
        return Held(token, offer) if offer.store in {None, store} else None

    def _take(self, document: Mapping[str, Any]) -> None:
        self._keys = {name: signed.public_key(text) for name, text in document["keys"].items()}
        self._tokens = tuple(document["tokens"])
