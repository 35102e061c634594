"""Weighing by a document of levels: what every engine does around comparing.

Only the level of each comparison is taken from an engine; adding up is ours (`store_weights`), to the unit.
Pairs with a record that shows several values of a type are weighed in Python, because a row has one place for
each. What no record speaks of is not compared: files hold a few of all attributes that a model knows.
"""

from collections.abc import Callable, Sequence

from identity.bulk import store_cards, store_links, store_reach, store_weights
from identity.bulk.engine import weigh_in_python
from identity.bulk.store_workbench import DuckDBPyConnection
from identity.bulk.workforce import Workforce
from identity.scoring.document import Document

Compare = Callable[[DuckDBPyConnection, Sequence[str]], str]
"""Compares `blocked_pair` by the comparisons of these names on the rows of `card`; answers with the name of
the table that says which levels hold, as Splink makes it.
"""


def weigh(con: DuckDBPyConnection, document: Document, workforce: Workforce, compare: Compare) -> None:
    """Makes `weight` of `pair`."""
    store_cards.make(con, document.terms, workforce)
    spoken = store_cards.spoken(con, document)
    weigh_in_python(con, store_links.set_aside(con), workforce)
    store_reach.narrow(con, document, spoken)
    store_weights.add_up(con, document, spoken, compare(con, spoken))
    for table in ("blocked_pair", "card"):
        con.execute(f"DROP TABLE {table}")
