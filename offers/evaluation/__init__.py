"""The evaluator: which offers apply, and to the cent how much they give. Pure."""
