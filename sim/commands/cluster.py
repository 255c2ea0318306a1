"""`--cluster`, for commands that run scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import click

from sim.commands.refusal import refuse

FAILED = 1

cluster_option = click.option(
    "--cluster", metavar="ADDRESS", help="Have a Dask cluster do the work: the address of its scheduler, or its scheduler file (.json)."
)


@contextmanager
def connected(cluster: str | None) -> Iterator[Executor | None]:
    """The workers of a cluster, None if there is to be none; refuses one that cannot be worked with."""
    if cluster is None:
        yield None
        return
    from sim.experiment import cluster as dask

    try:
        with dask.connected(cluster) as executor:
            yield executor
    except dask.ClusterGone as error:
        refuse(f"--cluster: {error}; what had finished is kept, and --resume continues from there", FAILED)
    except dask.ClusterError as error:
        refuse(error)
