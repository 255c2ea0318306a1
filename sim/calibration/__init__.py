"""Which values of named parameters make a scenario meet published figures."""
