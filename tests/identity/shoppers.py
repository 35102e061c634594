"""Records for tests, written shortly: `shopper("web/1", "anna huber", email="a@x.at")`."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from identity import policy
from identity.canonical import keys
from identity.model import Assurance, Canonical, Identifier, Judgement, Record, RecordKey, Verdict
from identity.partition import cluster, links
from identity.partition.cluster import Partition
from identity.policy import Policy
from identity.scoring import shipped
from identity.scoring.pool import Pool
from identity.scoring.weigh import DeterministicModel, Model

POLICY = policy.load()
DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)


def ref(written: str) -> RecordKey:
    """`web/1`, or `web/1/2` for its second generation."""
    source, key, *generation = written.split("/")
    return RecordKey(source, key, int(generation[0]) if generation else 1)


def shopper(
    written: str,
    name: str = "",
    *,
    born: str | None = None,
    suffix: str | None = None,
    bound_to: str | None = None,
    proof: Assurance = Assurance.TYPED,
    assurance: Assurance = Assurance.TYPED,
    attributes: dict[str, Any] | None = None,
    **identifiers: str | Iterable[str],
) -> Record:
    """A record; the name is given and family name, `-` for a part that is not known."""
    given, _, family = name.partition(" ")
    key = ref(written)
    values = {
        kind: (value,) if isinstance(value, str) else tuple(value) for kind, value in identifiers.items()
    }
    return Record(
        ref=key,
        channel=POLICY.sources[key.source].channel,
        attributes=Canonical(
            given_name=None if given in ("", "-") else given,
            family_name=family or None,
            date_of_birth=date.fromisoformat(born) if born else None,
            name_suffix=suffix,
            **(attributes or {}),
        ),
        identifiers=tuple(
            Identifier(kind, value, assurance) for kind in sorted(values) for value in sorted(values[kind])
        ),
        bound_to=bound_to,
        proof=proof,
    )


def same(left: str, right: str, *, day: int = 0) -> Judgement:
    """Somebody decided on a day that these are one; several records are written with spaces between."""
    return _judgement(left, right, Verdict.SAME, day)


def different(left: str, right: str, *, day: int = 0) -> Judgement:
    """Somebody decided on a day that these are not one."""
    return _judgement(left, right, Verdict.DIFFERENT, day)


def partition(
    *records: Record, judged: Iterable[Judgement] = (), model: Model | None = None, by: Policy = POLICY
) -> Partition:
    """The partition by the deterministic model and the shipped policy unless said otherwise."""
    return cluster.partition(records, judged, model or DeterministicModel(), by)


def persons(*records: Record, judged: Iterable[Judgement] = (), by: Policy = POLICY) -> set[str]:
    """The persons, each as its records with spaces between."""
    return {written(group) for group in partition(*records, judged=judged, by=by).groups}


def refusals(*records: Record, judged: Iterable[Judgement] = ()) -> dict[str, str]:
    """The possible matches, as two records with a space between, and the rule that kept each apart."""
    found = partition(*records, judged=judged).matches
    return {written((match.link.left, match.link.right)): match.refusal.rule for match in found}


def written(group: Iterable[RecordKey]) -> str:
    """Records in order, with spaces between."""
    return " ".join(
        f"{key.source}/{key.key}" + (f"/{key.generation}" if key.generation > 1 else "")
        for key in sorted(group)
    )


def _judgement(left: str, right: str, verdict: Verdict, day: int) -> Judgement:
    return Judgement(
        left=frozenset(map(ref, left.split())),
        right=frozenset(map(ref, right.split())),
        verdict=verdict,
        at=DAY_ONE + timedelta(days=day),
    )


def pool(*records: Record) -> Pool:
    """What some records say together, every key of theirs being live."""
    live = {key for record in records for key in keys.posted(record, (), POLICY)}
    first, *others = (links.member(record, live, shipped.default(), POLICY).pool for record in records)
    for other in others:
        first |= other
    return first
