"""The application for gunicorn: ``gunicorn app.wsgi:app``; options come from the environment."""

from __future__ import annotations

import os
import sys

from app.config import ConfigError, load_config
from app.factory import create_app
from app.operations.readiness import SchemaError

try:
    app = create_app(load_config(os.environ))
except ConfigError as error:
    sys.exit(f"eigenplan: the options cannot be used:\n{error}")
except SchemaError as error:
    sys.exit(f"eigenplan: {error}")
