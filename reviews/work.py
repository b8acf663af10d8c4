"""The kinds of background work of this floor; each is written where its matter is."""

from reviews.desk import lists, overview_file, register_files, warning_file
from reviews.exporting import dossier, registration
from reviews.importing import working
from reviews.oversight.programmes import checking

__all__ = [
    "checking",
    "dossier",
    "lists",
    "overview_file",
    "register_files",
    "registration",
    "warning_file",
    "working",
]
