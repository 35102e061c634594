"""Events for other systems, signed by the Standard Webhooks specification and pushed until they are taken.

Invariant: a message is written in the transaction in which its event is noticed, and stays until it was
answered with 2xx or has been tried for some days; two messages about one profile never overtake each other on
their way to one address. Messages carry ids, never personal values: who may know more asks for it.
"""
