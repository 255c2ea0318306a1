"""Inputs that are drawn at random are the same in every run of the tests; `--hypothesis-profile search` looks for others."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("same")
