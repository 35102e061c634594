"""What shops deliver: kept durably in one statement, worked on later, each part once.

A webhook's sender waits a few seconds at most and gives up after some tries, so nothing is decided while it
waits. The door checks the signature, stores the body sealed, and answers; the worker does the rest.
"""
