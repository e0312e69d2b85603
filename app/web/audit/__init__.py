"""The audit log in the browser: searched page by page, and taken out as a file."""

from app.web.audit.pages import blueprint

__all__ = ["blueprint"]
