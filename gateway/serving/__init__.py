"""The processes of a running gateway, and what operators see of them."""
