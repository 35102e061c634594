"""A model fitted to the records in the workbench that may be kept, and what it would change there."""

from dataclasses import dataclass

from identity.bulk import store_training, store_what_if
from identity.bulk.link import find_pairs, join
from identity.bulk.progress import Progress
from identity.bulk.reading import Reading
from identity.bulk.splink_engine import SplinkEngine
from identity.bulk.store_what_if import Change
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Equipment, Workforce
from identity.scoring import anonymity
from identity.scoring.model import ScoredModel


@dataclass(frozen=True, slots=True)
class Refit:
    """The fitted model, and the joins and splits it makes among the same records."""

    model: ScoredModel
    joins: Change
    splits: Change


def refit(
    con: DuckDBPyConnection, reading: Reading, before: ScoredModel, *, processes: int, progress: Progress
) -> Refit:
    """Fits a model to the records brought in, and joins them by the model before and by it."""
    with Workforce(processes, Equipment(reading, before), progress) as workforce:
        find_pairs(con, workforce, progress, is_to_fit=True)
        progress.phase("train")
        fitted = store_training.fitted(con, workforce, live_together=not reading.policy.one_to_a_home)
        model = ScoredModel(anonymity.anonymous(fitted.document))
        store_what_if.keep_pairs(con)
        join(con, workforce, SplinkEngine(before), progress)
    store_what_if.set_aside(con)
    with Workforce(processes, Equipment(reading, model), progress) as workforce:
        join(con, workforce, SplinkEngine(model), progress)
    return Refit(model, store_what_if.joins(con), store_what_if.splits(con))
