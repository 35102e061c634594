"""A catalogue that is extended by what changed decides as one that is made anew."""

from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st

from offers.catalogue.compiled import compile_catalogue, extend
from offers.evaluation.evaluate import evaluate
from offers.marketing.campaign import Entry
from tests.offers.worlds import World, campaigns_of, worlds


@given(worlds(shaped=True), st.data())
def test_an_extended_catalogue_decides_as_a_new_one(world: World, data: st.DataObject) -> None:
    """Whatever comes, goes or changes: not one byte of the answer tells how the catalogue was made."""
    before = [Entry(i, 1, one) for i, one in enumerate(world.campaigns, 1)]
    gone = set(data.draw(st.sets(st.sampled_from([entry.number for entry in before]))))
    changed = [
        Entry(entry.number, 2, data.draw(campaigns_of(entry.campaign.id, shaped=True)))
        for entry in before
        if entry.number not in gone and data.draw(st.booleans())
    ]
    new = Entry(99, 1, replace(data.draw(campaigns_of("c99")), priority=data.draw(st.integers(0, 2))))
    numbers = {entry.number for entry in changed} | gone
    after = [entry for entry in before if entry.number not in numbers] + changed + [new]
    extended = extend(compile_catalogue(1, before), 2, [*changed, new], gone)
    told = [
        orjson.dumps(evaluate(live, query, world.shopper, world.known, policy=world.policy, seed=world.seed))
        for live in (extended, compile_catalogue(2, after))
        for query in (world.query, replace(world.query, channel="kiosk", basket=None, transaction=None))
    ]
    assert told[:2] == told[2:]


@given(worlds())
def test_the_catalogue_before_goes_on_unchanged(world: World) -> None:
    """Queries that hold it see nothing of what came after."""
    before = compile_catalogue(1, [Entry(i, 1, one) for i, one in enumerate(world.campaigns, 1)])
    inputs = (world.query, world.shopper, world.known)
    first = evaluate(before, *inputs, policy=world.policy, seed=world.seed)
    extend(before, 2, [Entry(1, 2, replace(world.campaigns[0], priority=9))], {2, 3})
    assert evaluate(before, *inputs, policy=world.policy, seed=world.seed) == first
