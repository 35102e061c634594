"""Measurements of the gateway against the floor of the machine it runs on. They print ratios and assert
nothing about time.
"""
