"""Where settings come from: the process environment first, then the file `.env` beside manage.py."""

from __future__ import annotations

import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ROOT / ".env"

_DEMO = """\
# Written by `manage.py demo`. These settings are for trying Signoff out on this machine only.
SECRET_KEY={secret}
ALLOWED_HOSTS=127.0.0.1,localhost
HTTPS_ONLY=false
SITE_NAME=Clearwater Health
DEMO=true
EMAIL_URL=filemail://{mail}
# true: what you paste is looked up at Crossref, PubMed and ClinicalTrials.gov.
ASK_REGISTRIES=false
"""


def write_demo_environment() -> None:
    """Write `.env` with demo settings and a fresh secret; an existing file is left as it is."""
    if not ENV_FILE.exists():
        ENV_FILE.write_text(
            _DEMO.format(secret=secrets.token_urlsafe(50), mail=ROOT / "var" / "mail"), encoding="utf-8"
        )
        ENV_FILE.chmod(0o600)
