"""The service's own settings, and one page more."""

from config.settings import *  # noqa: F403 - all of them

ROOT_URLCONF = "bench.urls"
