"""A blocking key that too many post says nothing any more: who loses a link by that, and who does not."""

from datetime import date

from sqlalchemy.engine import Connection

from identity.context import Context
from identity.model import Canonical, RecordKey
from identity.register import opening, writing
from identity.register.writing import Done, Draft
from identity.sealing.envelope import Content
from identity.sealing.vault import Vault
from tests.identity import scratch
from tests.identity.conftest import new_ids
from tests.identity.worlds import START, ToyModel, tight_policy

NAMES = ("huber", "maier", "gruber", "wagner", "bauer", "steiner", "pichler")


def enter(connection: Connection, ctx: Context, number: int, *, born: int, postcode: str | None) -> Done:
    """Somebody of Vienna, where as many records as a blocking key may have live already with the sixth."""
    ref = RecordKey("web", f"u{number}")
    said = Canonical(
        family_name=NAMES[number], date_of_birth=date(1980, 1, born), city="wien", postcode=postcode
    )
    opening.open_many(connection, ctx, [(ref.source, ref.key)])
    draft = Draft(None, ref, ctx.policy.sources[ref.source].channel, Content(said), START)
    return writing.write(connection, ctx, [draft], now=START)


def touched(connection: Connection, ctx: Context, postcodes: tuple[str | None, str | None]) -> set[str]:
    """Who is looked at when the seventh record comes: the first two are born on one day, all others apart."""
    for number, postcode in enumerate((*postcodes, None, None, None, None)):
        enter(connection, ctx, number, born=max(1, number), postcode=postcode)
    assert len(scratch.stored(connection).pieces) == 5
    done = enter(connection, ctx, 6, born=6, postcode=None)
    assert scratch.stored(connection) == scratch.expected(connection, ctx)
    return {ref.key for piece in done.placement.region.pieces for ref in piece.members}


def test_only_who_shared_nothing_else_comes_apart(connection: Connection, vault: Vault) -> None:
    """Two who met under the city alone are two again; the strangers beside them are not looked at."""
    ctx = Context(tight_policy(), ToyModel(), vault, new_ids())
    assert touched(connection, ctx, (None, None)) == {"u0", "u1", "u6"}
    assert len(scratch.stored(connection).pieces) == 7


def test_who_shares_a_finer_key_stays_together(connection: Connection, vault: Vault) -> None:
    """City and postcode still say what the city alone says no more: nobody but the newcomer is looked at."""
    ctx = Context(tight_policy(), ToyModel(), vault, new_ids())
    assert touched(connection, ctx, ("1010", "1010")) == {"u6"}
    assert len(scratch.stored(connection).pieces) == 6
