"""Who stood there, and what was paid with."""

from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

from gateway.connectors.amounts import minor
from gateway.connectors.poslog.elements import children, first_text, is_set, text_at

SCANNED: Final = frozenset({"scanned", "msr", "tapped", "contactless", "rfid", "smartcard"})
PROGRAMMES: Final = ("LoyaltyAccount", "LoyaltyMembership")
CARDS: Final = ("LoyaltyCardID", "LoyaltyCardNumber", "LoyaltyID", "CardNumber")
TOKENS: Final = ("PaymentAccountReference", "PAR", "PaymentToken", "CardToken", "Token", "TokenID")
"""Where vendors put what stands for a card. A card number itself is nowhere looked for."""

SHORTEST_CARD: Final = 6
LONGEST_TOKEN: Final = 128


def shoppers(transaction: Element) -> list[dict[str, Any]]:
    """The buyer as the till knew her: the card, else the customer's number, and what was typed."""
    found = list(_identifiers(transaction))
    return [{"role": "buyer", "identifiers": found}] if found else []


def _identifiers(transaction: Element) -> Iterator[dict[str, str]]:
    customer, of_customer = _shown(transaction, "Customer")
    account, of_account = _shown(transaction, *PROGRAMMES)
    method = (of_customer or of_account).rpartition(":")[2].lower()
    entry = "scanned" if method in SCANNED else "typed"
    card = _card(customer, account)
    if card is not None:
        yield {"type": "loyalty_card", "value": card, "entry": entry}
    if customer is not None:
        email = first_text(customer, "EMailAddress", "eMailAddress")
        phone = first_text(customer, "TelephoneNumber", "FullTelephoneNumber")
        if email is not None:
            yield {"type": "email", "value": email, "entry": "typed"}
        if phone is not None:
            yield {"type": "phone", "value": phone, "entry": "typed"}


def _shown(transaction: Element, *names: str) -> tuple[Element | None, str]:
    """The first of these and how it was entered: told beside the goods, or as a line among them."""
    lines = [one for one in children(transaction, "LineItem") if not is_set(one, "VoidFlag")]
    for name, holder in ((name, holder) for name in names for holder in (transaction, *lines)):
        found = holder.find(name)
        if found is not None:
            return found, found.get("EntryMethod") or holder.get("EntryMethod") or ""
    return None, ""


def _card(customer: Element | None, account: Element | None) -> str | None:
    """What was scanned says more than what it was looked up as; a programme's own number is no card."""
    tried = [first_text(account, *CARDS) if account is not None else None]
    tried.append(first_text(customer, "ScanData", *CARDS) if customer is not None else None)
    programmes = {text for one in (account.iter("LoyaltyAccountID") if account is not None else ())
                  if (text := (one.text or "").strip())}  # fmt: skip
    tried += [text for text in programmes if len(programmes) == 1 and len(text) >= SHORTEST_CARD]
    tried.append(text_at(account, "CustomerID"))
    tried.append(text_at(customer, "CustomerID"))
    return next((text for text in tried if text is not None and len(text) <= LONGEST_TOKEN), None)


def tenders(transaction: Element, currency: str) -> list[dict[str, Any]]:
    """What was paid with, the change, and what was rounded."""
    return [
        paid
        for item in children(transaction, "LineItem")
        if not is_set(item, "VoidFlag") and not is_set(item, "CancelFlag")
        for tender in children(item, "Tender")
        for paid in _tender(tender, currency)
    ]


def _tender(tender: Element, currency: str) -> Iterator[dict[str, Any]]:
    rounding = text_at(tender, "Rounding")
    if rounding is not None:
        up = tender.findtext("Rounding") and tender.find("Rounding").get("RoundingDirection", "").lower()  # type: ignore[union-attr]
        yield {
            "type": "rounding_up" if up == "up" else "rounding_down",
            "amount": abs(minor(rounding, currency)),
        }
        return
    amount = minor(text_at(tender, "Amount") or "0", currency)
    change = minor(text_at(tender, "TenderChange", "Amount") or "0", currency)
    if amount:
        paid: dict[str, Any] = {"type": _word(tender.get("TenderType") or "other"), "amount": abs(amount)}
        scheme = first_text(tender, "CardScheme", "IssuerName", "CardType") or _attribute(tender, "CardType")
        if scheme is not None:
            paid["scheme"] = _word(scheme)
        token = first_text(tender, *TOKENS)
        if token is not None:
            paid["token"] = token[:LONGEST_TOKEN]
        yield paid
    if change:
        yield {"type": "change", "amount": abs(change)}


def _attribute(tender: Element, name: str) -> str | None:
    return next((value for one in tender.iter() if (value := one.get(name))), None)


def _word(written: str) -> str:
    """A vendor's word as one of ours: letters, digits, underscores."""
    plain = written.rpartition(":")[2]
    return (
        "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in plain).strip("_").lower()[:64]
        or "other"
    )
