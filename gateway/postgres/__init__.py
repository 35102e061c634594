"""A PostgreSQL server of our own, started from the binaries of a Python package when no DATABASE_URL is set.

Three promises hold whatever happens to the processes: the server lives exactly as long as somebody uses it
(also when its users are killed), two starters never start two servers on one folder, and a commit that was
answered is on disk. They rest on file locks, which the kernel releases when their holder dies; see
`attachment` and `watch`.
"""
