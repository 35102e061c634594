"""The retailer's own data: stores, products, shelves."""
