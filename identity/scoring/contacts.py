"""The levels of what a person is reached by and of the numbers that a person has for life."""

from typing import Final

from identity.scoring import views
from identity.scoring.comparison import Comparison, Level, otherwise
from identity.scoring.pool import Pool
from identity.scoring.similarity import edits, edits_sql, jaro_winkler, jaro_winkler_sql
from identity.scoring.views import EmailView, PhoneView

LOCAL_SIMILAR: Final = 0.88999
LOCAL_LENGTH_MIN: Final = 4
NUMBER_LENGTH_MIN: Final = 6  # of shorter numbers too many are one digit apart


def _emails(pool: Pool) -> list[EmailView]:
    return [views.email(address) for address in pool.by_type.get("email", ())]


def _phones(pool: Pool) -> list[PhoneView]:
    return [views.phone(number) for number in pool.by_type.get("phone", ())]


def _is_local_similar(a: EmailView, b: EmailView) -> bool:
    """Of two Anna Hubers one is anna.huber7 and the other anna.huber12: no slip of the pen does that."""
    return (
        edits(a.digits, b.digits) <= 1
        and min(len(a.local), len(b.local)) >= LOCAL_LENGTH_MIN
        and (edits(a.local, b.local) <= 1 or jaro_winkler(a.local, b.local) >= LOCAL_SIMILAR)
    )


EMAIL: Final = Comparison(
    "email",
    _emails,
    lambda _a, _b: False,
    "email_l is null or email_r is null",
    (
        Level(
            "same",
            "The e-mail addresses are the same.",
            "email_l = email_r",
            lambda a, b: a.address == b.address,
            term="email",
        ),
        Level(
            "mailbox",
            "The e-mail addresses reach the same mailbox.",
            "mailbox_l = mailbox_r",
            lambda a, b: a.mailbox == b.mailbox,
        ),
        Level(
            "local part",
            "The e-mail addresses differ in the provider alone.",
            "email_local_l = email_local_r",
            lambda a, b: a.local == b.local,
            term="email_local",
        ),
        Level(
            "similar",
            "The e-mail addresses differ by typing errors.",
            f"{edits_sql('email_digits', 1)} and "
            f"least(length(email_local_l), length(email_local_r)) >= {LOCAL_LENGTH_MIN} and "
            f"({edits_sql('email_local', 1)} or {jaro_winkler_sql('email_local', LOCAL_SIMILAR)})",
            _is_local_similar,
        ),
        otherwise("The e-mail addresses differ."),
    ),
    lambda view, column: view.address if column == "email" else view.local,
)

PHONE: Final = Comparison(
    "phone",
    _phones,
    lambda _a, _b: False,
    "phone_l is null or phone_r is null",
    (
        Level(
            "same",
            "The phone numbers are the same.",
            "phone_l = phone_r",
            lambda a, b: a.number == b.number,
            term="phone",
        ),
        Level(
            "extension",
            "The phone numbers differ in the extension alone.",
            "phone_plain_l = phone_plain_r",
            lambda a, b: a.plain == b.plain,
        ),
        Level(
            "tail",
            "The phone numbers end in the same digits.",
            "phone_tail_l = phone_tail_r",
            lambda a, b: a.tail == b.tail,
        ),
        Level(
            "typo",
            "The phone numbers differ by one digit.",
            edits_sql("phone_plain", 1),
            lambda a, b: edits(a.plain, b.plain) <= 1,
        ),
        otherwise("The phone numbers differ."),
    ),
    lambda view, _column: view.number,
)


def number(identifier_type: str) -> Comparison:
    """The comparison of a number that a person has for life."""
    what = identifier_type.replace("_", " ")
    return Comparison(
        identifier_type,
        lambda pool: pool.by_type.get(identifier_type, ()),
        lambda _a, _b: False,
        f"{identifier_type}_l is null or {identifier_type}_r is null",
        (
            Level(
                "same",
                f"The {what} numbers are the same.",
                f"{identifier_type}_l = {identifier_type}_r",
                lambda a, b: a == b,
                term=identifier_type,
            ),
            Level(
                "typo",
                f"The {what} numbers differ by one character.",
                f"least(length({identifier_type}_l), length({identifier_type}_r)) >= {NUMBER_LENGTH_MIN} and "
                f"{edits_sql(identifier_type, 1)}",
                lambda a, b: min(len(a), len(b)) >= NUMBER_LENGTH_MIN and edits(a, b) <= 1,
            ),
            Level(
                "two typos",
                f"The {what} numbers differ by two characters.",
                f"least(length({identifier_type}_l), length({identifier_type}_r)) >= {NUMBER_LENGTH_MIN} and "
                f"{edits_sql(identifier_type, 2)}",
                lambda a, b: min(len(a), len(b)) >= NUMBER_LENGTH_MIN and edits(a, b) <= 2,
            ),
            otherwise(f"The {what} numbers differ."),
        ),
        lambda view, _column: view,
    )
