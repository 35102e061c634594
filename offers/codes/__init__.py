"""Codes that open campaigns: single-use in bulk, shared, and coupons that a shopper clipped."""
