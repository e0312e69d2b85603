"""Help for those who are signed in: guides, the search over them, what every setting is for, and tours."""

from app.web.help.pages import blueprint

__all__ = ["blueprint"]
