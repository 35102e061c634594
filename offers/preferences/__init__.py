"""How a person wants to be treated: what not to show, where to stay quiet, what was for somebody else."""
