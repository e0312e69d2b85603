"""Finding a time for several people, rooms and devices, and booking it for all of them."""

from app.web.find.pages import blueprint

__all__ = ["blueprint"]
