"""What the retailer's systems say: stores, products, stock, a campaign."""

from tests.gateway.golden_step import CAMPAIGN, Step

STEPS = [
    Step(
        "put_store.store",
        "A store",
        "back",
        "PUT",
        "/v1/stores/0042",
        {"name": "Graben", "zone": "Europe/Vienna", "currency": "EUR", "country": "AT", "tax": "included"},
    ),
    Step(
        "put_products.two",
        "A sweater and cheese by weight",
        "back",
        "PUT",
        "/v1/products",
        {
            "products": [
                {
                    "sku": "SW-1",
                    "title": "Merino sweater",
                    "gtin": "4006381333931",
                    "category": "clothing/knitwear",
                    "price": 5999,
                    "currency": "EUR",
                    "tax_rate_bp": 2000,
                },
                {
                    "sku": "CH-1",
                    "title": "Mountain cheese",
                    "category": "food/cheese",
                    "unit": "kg",
                    "price": 1299,
                    "currency": "EUR",
                    "tax_rate_bp": 1000,
                },
            ]
        },
    ),
    Step(
        "put_product.one",
        "One product",
        "back",
        "PUT",
        "/v1/products/MUG-1",
        {"title": "Mug", "price": 995, "currency": "EUR"},
    ),
    Step("read_product.one", "A product", "back", "GET", "/v1/products/SW-1"),
    Step("list_products.page", "Two products a page", "back", "GET", "/v1/products?limit=2"),
    Step(
        "put_stock.shelves",
        "What lies on the shelves",
        "back",
        "PUT",
        "/v1/stock",
        {
            "stock": [
                {"store": "0042", "sku": "SW-1", "quantity": "3"},
                {"store": "0042", "sku": "CH-1", "quantity": "4.250"},
            ]
        },
    ),
    Step("read_stock.store", "What a store has", "back", "GET", "/v1/stock/0042?sku=SW-1,CH-1"),
    Step("list_stores.page", "The stores", "back", "GET", "/v1/stores"),
    Step("read_store.one", "A store", "back", "GET", "/v1/stores/0042"),
    Step(
        "put_campaign.json",
        "A campaign's first version",
        "back",
        "PUT",
        "/v1/campaigns/wanted-online",
        CAMPAIGN,
    ),
    Step(
        "activate_campaign.newest",
        "Go live",
        "back",
        "POST",
        "/v1/campaigns/wanted-online/activate",
        {"reason": "approved for the winter season"},
    ),
    Step("read_campaign.live", "A live campaign", "back", "GET", "/v1/campaigns/wanted-online"),
    Step("list_campaigns.all", "All campaigns", "back", "GET", "/v1/campaigns"),
]
