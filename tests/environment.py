"""The settings that tests run under; loaded before Django reads them (see `addopts` in pyproject.toml)."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["READ_ENV_FILE"] = "false"
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 40
os.environ["HTTPS_ONLY"] = "false"
os.environ["STATIC_HASHED"] = "false"
os.environ["DEBUG"] = "false"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ["PASSWORD_HASHERS"] = "django.contrib.auth.hashers.MD5PasswordHasher"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["CELERY_BROKER_URL"] = ""
os.environ["ASK_REGISTRIES"] = "false"
os.environ["COUNT_READS"] = "false"
# The first key of RFC 8032, section 7.1: no test writes a key file unless it is about that.
os.environ["ATTESTATION_KEY"] = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
# The live server's threads keep no connection, so PostgreSQL lets the test database go at the end.
os.environ["CONN_MAX_AGE"] = "0"
# Playwright keeps an event loop running in the test's thread; the ORM is used from that thread only.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A file, not memory: the live server's threads then have connections of their own, as in earnest.
_scratch = Path(tempfile.mkdtemp(prefix="signoff-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
os.environ["TEST_SQLITE_FILE"] = str(_scratch / "test.sqlite3")
