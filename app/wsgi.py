"""The application for gunicorn: ``gunicorn app.wsgi:app``; options come from the environment."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from app.config import ConfigError, load_config
from app.factory import create_app
from app.operations.installation.readiness import SchemaError

NO_USE_TO_TRY_AGAIN = 3
"""The status with which a process tells gunicorn to end; with any other it would be started again, for ever."""


def _give_up(text: str) -> NoReturn:
    print(f"eigenplan: {text}", file=sys.stderr, flush=True)
    sys.exit(NO_USE_TO_TRY_AGAIN)


try:
    app = create_app(load_config(os.environ))
except ConfigError as error:
    _give_up(f"the options cannot be used:\n{error}")
except SchemaError as error:
    _give_up(str(error))
