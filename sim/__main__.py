"""`python -m sim` is `chillsim`."""

from sim.cli import main

if __name__ == "__main__":
    main(prog_name="chillsim")
