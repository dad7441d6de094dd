"""The settings that tests run under; loaded before Django reads them (see `addopts` in pyproject.toml)."""

from __future__ import annotations

import os

os.environ["READ_ENV_FILE"] = "false"
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 40
os.environ["HTTPS_ONLY"] = "false"
os.environ["STATIC_HASHED"] = "false"
os.environ["DEBUG"] = "false"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ["PASSWORD_HASHERS"] = "django.contrib.auth.hashers.MD5PasswordHasher"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["CELERY_BROKER_URL"] = ""
# Playwright keeps an event loop running in the test's thread; the ORM is used from that thread only.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
