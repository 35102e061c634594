"""Joining whole files: the partition of `identity.partition.cluster`, over millions of records at a time.

Normaliser, keys, weights and the rules by which groups join are those of the online side. What differs is the
way: values are normalised once each, columns are joined in DuckDB, pairs are scored by Splink, and only the
groups about which the rules have something to say are resolved record by record.

Invariant: the persons found are those that the online partition (`identity.partition.cluster`) finds.

Nothing here speaks HTTP or touches the gateway's database. DuckDB, Splink and Spark come with the extras
`bulk` and `spark`, so nothing outside this package imports it before it is asked to.
"""
