"""The probabilistic model: how much each attribute says for and against two sides being one shopper.

A model is a document (`model.json`, in Splink's settings format) of comparisons; a comparison is a list of
levels, each with the probability that a pair of records of one person shows it (m) and that a pair of
different people does (u). The weight of a pair is the sum of log2(m / u) over its attributes, with rarer
values counting more, plus the log odds that two records are one person at all.

- `views`       what a record says, in the forms that are compared
- `names`, `organisations`, `births`, `places`, `contacts`, `others`  the levels of each attribute, in
                Python and in SQL
- `catalogue`   all comparisons
- `document`    the document: reading, checking, writing
- `model`       the document at work: `ScoredModel`
- `blocking`    under which keys the candidates for weighing are found
- `columns`     a record as the row that a database scores
"""
