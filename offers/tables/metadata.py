"""The schema `offers` and how its constraints are named, so that a refusal of the database can be
recognised.
"""

from sqlalchemy import MetaData

metadata = MetaData(
    schema="offers",
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    },
)
