"""The door's own tables, of all its rooms. Nothing about shoppers or offers lives here."""

from gateway.access import tables as _access
from gateway.imports import tables as _imports  # noqa: F401  # joins the metadata
from gateway.inbox import tables as _inbox  # noqa: F401  # joins the metadata
from gateway.metadata import metadata
from gateway.pages.kiosk import tables as _kiosk  # noqa: F401  # joins the metadata
from gateway.poslog import tables as _poslog  # noqa: F401  # joins the metadata
from gateway.shopping import tables as _shopping  # noqa: F401  # joins the metadata
from gateway.webhooks import tables as _webhooks  # noqa: F401  # joins the metadata
from gateway.wire import tables as _wire  # noqa: F401  # joins the metadata

functions = _access.functions

__all__ = ["functions", "metadata"]
