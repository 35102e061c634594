"""Fitting the weights to a file at hand, without being told who is who.

- `levels`    on which level each comparison of each pair agrees, asked of DuckDB by the levels' own SQL
- `estimate`  m, u and the share of true pairs, by expectation maximisation
- `silence`   what it tells that a side says nothing
- `lines`     from which weight two records are joined
- `fit`       all of it: records in, a model out

Needs the extra `bulk` (DuckDB, NumPy, PyArrow), so nothing outside imports it before it is asked to.
"""
