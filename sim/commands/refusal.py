"""How a command refuses: one line per problem, and its exit status."""

from __future__ import annotations

import sys
from typing import NoReturn

REFUSED = 2


def refuse(error: object, status: int = REFUSED) -> NoReturn:
    """Prints the problems, one a line, and exits."""
    for line in str(error).splitlines():
        print(line, file=sys.stderr)
    sys.exit(status)
