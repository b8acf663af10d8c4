"""What the web processes share is loaded once, before they fork: the pages too, so that none loads them for itself."""

import gc
import os

# Loading makes much and drops nothing: looking for garbage meanwhile is a sixth of the time until the first page.
gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
_loaded = get_resolver().url_patterns

# What is loaded stays; left out of every later search, its pages stay shared between the processes.
gc.freeze()
gc.enable()
