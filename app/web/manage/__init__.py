"""The page behind the link in a client's mail: see, move or cancel one booking. The link is the right to do so."""

from app.web.manage.pages import blueprint

__all__ = ["blueprint"]
