"""What of a record is personal, as the bytes that are sealed."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from identity.model import Assurance, Canonical, Identifier, Key, Record, RecordKey
from identity.sealing.vault import Vault


@dataclass(frozen=True, slots=True)
class Content:
    """The personal part of a record.

    `declared` is what the source said last, `evidence` what events showed often enough, `former` what was
    valid until the source's key went to somebody else: it finds nobody any more and is kept for the shopper's
    export. `bound_to` is the account whose sign-ins bound a stretch of anonymous browsing. `ended` is what a
    steward declared to be valid no longer, and since when, whatever the source says of it.
    """

    attributes: Canonical
    declared: tuple[Identifier, ...] = ()
    evidence: tuple[Identifier, ...] = ()
    former: tuple[Identifier, ...] = ()
    bound_to: str | None = None
    proof: Assurance = Assurance.TYPED
    ended: tuple[tuple[Key, datetime], ...] = ()

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """What the record shows now. Evidence only adds values that the source does not speak of itself."""
        if not self.evidence:
            return self._until_ended(self.declared)
        spoken = {identifier.key for identifier in self.declared}
        added = tuple(each for each in self.evidence if each.key not in spoken)
        return self._until_ended(self.declared + added)

    def _until_ended(self, shown: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
        if not self.ended:
            return shown
        ends = dict(self.ended)
        return tuple(_until(each, ends[each.key]) if each.key in ends else each for each in shown)

    def record(self, ref: RecordKey, channel: str, *, stub: bool) -> Record:
        """The record that has this content."""
        return Record(
            ref=ref,
            channel=channel,
            attributes=self.attributes,
            identifiers=self.identifiers,
            stub=stub,
            bound_to=self.bound_to,
            proof=self.proof,
        )


def _until(identifier: Identifier, end: datetime) -> Identifier:
    known = identifier.valid_to
    return replace(identifier, valid_to=end if known is None else min(known, end))


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Content)


def seal(content: Content, record_id: UUID, vault: Vault) -> bytes:
    """The sealed bytes of a record's content; they open for this record id only."""
    return vault.seal(_ENCODER.encode(content), _place(record_id))


def unseal(sealed: bytes, record_id: UUID | str, vault: Vault) -> Content:
    """The content of a record. Raises VaultError."""
    return _DECODER.decode(vault.unseal(sealed, _place(record_id)))


def _place(record_id: UUID | str) -> str:
    return f"record:{record_id}"
