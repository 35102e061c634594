"""A retailer's world made up from a seed: people, their records with all the usual mess, baskets, visits, and
the truth.

Everything but the loader is pure: the same seed gives the same world on every machine, and each household can
be made alone, so a world of millions is streamed, sliced and spread over processes without being held
anywhere.
"""
