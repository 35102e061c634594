"""A blocking key that more post than before says less: who loses or gains a link by that, and who does not.

Of those who live in Vienna three meet by the city alone; when they are four it is crowded, and a pair must
share two such keys; when they are seven it says nothing.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.model import Canonical, RecordKey
from identity.register import opening, writing
from identity.register.steps import Draft
from identity.register.writing import Done
from identity.sealing.envelope import Content
from identity.sealing.vault import Vault
from tests.identity import scratch
from tests.identity.conftest import new_ids
from tests.identity.worlds import START, ToyModel, tight_policy

NAMES = ("huber", "maier", "gruber", "wagner", "bauer", "steiner", "pichler")


def write(connection: Connection, ctx: Context, number: int, said: Canonical | None) -> set[str]:
    """Whom is looked at when a record says something, or when it goes."""
    ref = RecordKey("web", f"u{number}")
    [stored] = opening.open_many(connection, ctx, [(ref.source, ref.key)]).found.values() or [None]
    content = None if said is None else Content(said)
    draft = Draft(stored, ref, ctx.policy.sources[ref.source].channel, content, START)
    done = writing.write(connection, ctx, [draft], now=START)
    assert scratch.stored(connection) == scratch.expected(connection, ctx)
    return looked_at(done)


def looked_at(done: Done) -> set[str]:
    """The records of all pieces that were resolved."""
    return {ref.key for piece in done.placement.region.pieces for ref in piece.members}


def enter(connection: Connection, ctx: Context, number: int, *, postcode: str | None = None) -> set[str]:
    """Somebody of Vienna: the first two are born on one day, all others apart."""
    born = date(1980, 1, max(1, number))
    said = Canonical(family_name=NAMES[number], date_of_birth=born, city="wien", postcode=postcode)
    return write(connection, ctx, number, said)


def pieces_after(connection: Connection, ctx: Context, postcodes: Sequence[str | None]) -> int:
    """How many pieces there are after so many came."""
    for number, postcode in enumerate(postcodes):
        enter(connection, ctx, number, postcode=postcode)
    return len(scratch.stored(connection).pieces)


def test_only_who_shared_nothing_else_comes_apart(connection: Connection, vault: Vault) -> None:
    """Two who met under the city alone are two when it is crowded; strangers beside are not looked at."""
    ctx = Context(tight_policy(), ToyModel(), vault, new_ids())
    assert pieces_after(connection, ctx, (None, None, None)) == 2
    assert enter(connection, ctx, 3) == {"u0", "u1", "u3"}
    assert len(scratch.stored(connection).pieces) == 4


def test_who_shares_a_finer_key_stays_together(connection: Connection, vault: Vault) -> None:
    """City and postcode still say what the city alone says no more: nobody but the newcomer is looked at."""
    ctx = Context(tight_policy(), ToyModel(), vault, new_ids())
    assert pieces_after(connection, ctx, ("1010", "1010", None)) == 2
    assert enter(connection, ctx, 3) == {"u3"}
    assert pieces_after(connection, ctx, ("1010", "1010", None, None, None, None)) == 5
    assert enter(connection, ctx, 6) == {"u6"}


def test_two_crowded_keys_are_enough_until_one_says_nothing(connection: Connection, vault: Vault) -> None:
    """The city and its postcode, both crowded, make a pair meet until the seventh kills the city."""
    ctx = Context(tight_policy(), ToyModel(), vault, new_ids())
    assert pieces_after(connection, ctx, ("1010", "1010", "1010", "1010", None, None)) == 5
    assert enter(connection, ctx, 6) == {"u0", "u1", "u6"}
    assert len(scratch.stored(connection).pieces) == 7


def test_who_meets_again_is_found(connection: Connection, vault: Vault) -> None:
    """When one of four goes, the city is enough again; only those two are looked at who now meet."""
    ctx = Context(tight_policy(), ToyModel(), vault, new_ids())
    assert pieces_after(connection, ctx, (None, None, None, None)) == 4
    assert write(connection, ctx, 3, None) == {"u0", "u1"}
    assert len(scratch.stored(connection).pieces) == 2
