"""Which parameters, and which assumptions, move the outcome."""
