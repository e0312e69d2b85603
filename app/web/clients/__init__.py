"""The clients' pages: finding one, correcting the record, handing over and erasing what is kept."""

from app.web.clients.pages import blueprint

__all__ = ["blueprint"]
