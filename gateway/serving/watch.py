"""What operators watch that only the database knows, asked each time the metrics port is scraped.

A scrape costs a connection and a few small reads, bounded in time; when the database does not answer, it says
so and nothing else.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from gateway.database import open_engine
from gateway.inbox import store_batches
from gateway.wiring import utc_now
from identity.stewardship import standing
from identity.stewardship.standing import Standing

TIMEOUT_MS = 2_000


class Watch(Collector):
    """Gauges over the database at this address."""

    def __init__(self, url: str, *, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._engine = open_engine(url, pool_size=1, pool_timeout_s=1, statement_timeout_ms=TIMEOUT_MS)
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges as they are now."""
        try:
            with self._engine.connect() as connection:
                now = self._clock()
                found, (waiting, since) = (
                    standing.read(connection, now=now),
                    store_batches.waiting(connection),
                )
        except SQLAlchemyError as error:
            structlog.get_logger().warning("not_watched", error=error)
            yield GaugeMetricFamily("o2o_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("o2o_database_up", "Whether the database answers.", value=1)
        yield from _gauges(found)
        yield GaugeMetricFamily(
            "o2o_event_batches", "Pieces of large calls of events that wait.", value=waiting
        )
        yield GaugeMetricFamily(
            "o2o_event_batches_seconds",
            "Age of the oldest piece among them.",
            value=(now - since).total_seconds() if since is not None else 0.0,
        )


def _gauges(found: Standing) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "o2o_redo_pending", "Records and keys that wait to be placed again.", value=found.redo_pending
    )
    yield GaugeMetricFamily(
        "o2o_feed_lag", "Changes that readers of the feed cannot see yet.", value=found.feed_lag
    )
    yield GaugeMetricFamily(
        "o2o_feed_lag_seconds", "Age of the oldest change among them.", value=found.feed_lag_s
    )
    yield GaugeMetricFamily("o2o_reviews_open", "What stewards should look at.", value=found.reviews_open)
    sizes = GaugeMetricFamily("o2o_profiles", "Profiles by their records, estimated.", labels=["records"])
    for size, count in found.profiles_by_size.items():
        sizes.add_metric([size], count)
    yield sizes
