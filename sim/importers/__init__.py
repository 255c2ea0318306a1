"""Importers: other people's files into what scenarios use, one format a file, behind one interface.

A kind is an `Importer` named `IMPORTER` in the module that `registry.KINDS` gives, or an entry point of another installed package in
the group `chillsim.importers`, whose name is the kind and which is an `Importer`.
"""

from sim.importers.base import Imported, Importer, Option, Options, Output, UnusableFile
from sim.importers.report import Report, masked

__all__ = ["Imported", "Importer", "Option", "Options", "Output", "Report", "UnusableFile", "masked"]
