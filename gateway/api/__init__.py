"""One module per resource: the blueprint and its marshmallow schemas side by side: the published contract."""

from flask_smorest import Blueprint


def blueprints() -> list[Blueprint]:
    """All resources, in the order in which the documentation shows them."""
    from gateway.api import (  # noqa: PLC0415  (views import this package's own modules)
        campaign_steps,
        campaigns,
        changes,
        codes,
        consents,
        judgements,
        lookup,
        offers,
        offline,
        points,
        preferences,
        poslog,
        privacy,
        products,
        profiles,
        reconciliation,
        records,
        records_batch,
        redemptions,
        returns,
        reviews,
        segment,
        stock,
        stops,
        stores,
        transactions,
    )

    return [
        offers.blueprint,
        redemptions.blueprint,
        returns.blueprint,
        offline.blueprint,
        reconciliation.blueprint,
        transactions.blueprint,
        records.blueprint,
        records_batch.blueprint,
        lookup.blueprint,
        profiles.blueprint,
        points.blueprint,
        consents.blueprint,
        preferences.blueprint,
        privacy.blueprint,
        judgements.blueprint,
        reviews.blueprint,
        changes.blueprint,
        campaigns.blueprint,
        campaign_steps.blueprint,
        codes.blueprint,
        stops.blueprint,
        stores.blueprint,
        products.blueprint,
        stock.blueprint,
        segment.blueprint,
        poslog.blueprint,
    ]
