"""One module per resource: the blueprint and its marshmallow schemas side by side, which are the published
contract.
"""
