"""The service's own settings, quicker where only the clock would be waited for."""

from config.settings import *  # noqa: F403 - all of them
from config.settings import INSTALLED_APPS, env

# A ballot is signed by a password, and Argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.running.apps.QuickBeat"]
EMAIL_TIMEOUT = 3
if env.bool("TABLES_AT_ONCE", False):
    # From the models: that the migrations make the same is tested elsewhere.
    MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in INSTALLED_APPS} | {"contenttypes": None}
    MIGRATION_MODULES |= dict.fromkeys(("account", "mfa", "axes", "lifecycle", "running"))
