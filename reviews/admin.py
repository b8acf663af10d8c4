"""Django looks here for what its admin shows; the registers of the desk are a folder of their own."""

from reviews.desk import registers  # noqa: F401 - registers itself
