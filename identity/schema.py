"""The schema that identity's tables live in, and the columns that recur."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

metadata = sa.MetaData(
    schema="identity",
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    },
)


MOMENT: Final = sa.DateTime(timezone=True)
NUMBERS: Final = pg.ARRAY(sa.BigInteger)
JSONB: Final = pg.JSONB(none_as_null=True)


def number(name: str) -> sa.Column[int]:
    """One of our own 64-bit numbers."""
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def text(name: str) -> sa.Column[str]:
    """A text that is always there."""
    return sa.Column(name, sa.Text, nullable=False)


def moment(name: str) -> sa.Column[Any]:
    """A time that is always known."""
    return sa.Column(name, MOMENT, nullable=False)


def numbered(name: str, *, always: bool = True) -> sa.Column[int]:
    """A number that the database hands out."""
    return sa.Column(name, sa.BigInteger, sa.Identity(always=always), nullable=False)
