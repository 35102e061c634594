from identity.canonical import keys
from identity.model import Judgement, Key, Record
from identity.partition import links
from identity.partition.judgements import bench
from identity.reading import explain
from identity.reading.explain import Why
from identity.scoring.weigh import DeterministicModel, Model
from tests.identity.shoppers import POLICY, different, partition, same, shopper
from tests.identity.worlds import ToyModel


def why(
    left: Record,
    right: Record,
    *,
    dead: frozenset[Key] = frozenset(),
    judged: tuple[Judgement, ...] = (),
    model: Model | None = None,
) -> Why:
    """What speaks for and against two records of which all keys but the dead are live."""
    used = model or DeterministicModel()
    live = {key for each in (left, right) for key in keys.posted(each, used.blocking(each), POLICY)} - dead
    members = [links.member(each, live, used, POLICY) for each in (left, right)]
    decided = bench(judged)
    link = next(iter(links.among({each.ref: each for each in members}, decided, used, POLICY)), None)
    return explain.why(*members, link=link, dead=dead, bench=decided, model=used, policy=POLICY)


def sentences(found: Why) -> list[str]:
    """What the evidence says."""
    return [evidence.sentence for evidence in found.evidence]


def test_a_link_is_explained_by_what_made_it() -> None:
    """The sentence names the identifier and what had to agree beside it."""
    found = why(shopper("web/1", "anna huber", email="a@x.at"), shopper("pos/1", "a huber", email="a@x.at"))
    assert found.verdict.startswith("Both show the same e-mail address, and no name speaks against it.")
    assert [(each.attribute, each.speaks) for each in found.evidence] == [
        ("email", 1),
        ("given_name", 1),
        ("family_name", 1),
    ]


def test_a_veto_is_explained_beside_the_link() -> None:
    """What would have joined them and what forbade it."""
    found = why(
        shopper("web/1", "karl huber", suffix="sr", email="k@x.at"),
        shopper("web/2", "karl huber", suffix="jr", email="k@x.at"),
    )
    assert "They stay apart all the same. The name suffixes tell two people apart." in found.verdict


def test_why_not_is_an_answer_too() -> None:
    """A shared value that did not link says why: names that differ, or too many who show it."""
    anna, bernd = (
        shopper("web/1", "anna huber", email="h@x.at"),
        shopper("web/2", "bernd huber", email="h@x.at"),
    )
    found = why(anna, bernd)
    assert found.verdict == "Nothing links them."
    assert "The given names clearly differ." in sentences(found)
    generic = why(anna, bernd, dead=frozenset((Key("email", "h@x.at"),)))
    assert "The e-mail address that both show is shared by too many others." in sentences(generic)


def test_a_decision_comes_first() -> None:
    """Whoever asks why should see that somebody decided."""
    one, other = shopper("web/1", "anna huber"), shopper("web/2", "anna huber")
    joined = why(one, other, judged=(same("web/1", "web/2"),))
    assert joined.verdict.startswith("Somebody decided that they are the same.")
    parted = why(one, other, judged=(different("web/1", "web/2"),))
    assert sentences(parted)[0] == "Somebody decided that they are different."
    assert parted.evidence[0].speaks == -1


def test_weights_are_told_in_bits() -> None:
    """Probable and possible links alike."""
    place = {"city": "wien", "postcode": "1010"}
    one, other = (shopper(f"web/{n}", "anna huber", born="1980-02-01", attributes=place) for n in (1, 2))
    assert why(one, other, model=ToyModel()).verdict.startswith("They agree by 6.0 bits, enough to join.")


def test_values_stand_beside_the_sentences() -> None:
    """For those who may see them."""
    found = why(shopper("web/1", "anna huber", email="a@x.at"), shopper("pos/1", "ana huber", email="a@x.at"))
    assert not any(
        "anna" in sentence or "x.at" in sentence for sentence in [*sentences(found), found.verdict]
    )
    assert ("ana", "anna") in [evidence.values for evidence in found.evidence]


def test_every_join_has_a_reason() -> None:
    """How a person came together can be read."""
    found = partition(
        shopper("web/1", "anna huber", email="a@x.at", account_id="A"),
        shopper("web/2", bound_to="A", anonymous_id="b"),
        shopper("pos/1", "anna huber", email="a@x.at", phone="1"),
        shopper("pos/2", "anna huber", phone="1"),
        shopper("crm/1"),
        judged=[same("crm/1", "web/1")],
    )
    assert [explain.joined(join) for join in found.joins] == [
        "Somebody decided that they are the same.",
        "Both show the same e-mail address, and no name speaks against it.",
        "Both show the same phone number, and the name or the date of birth agrees.",
        "The account signed in on this browser.",
    ]
