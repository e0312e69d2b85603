"""The bookings' pages: search, one booking with all that can be done to it, the form for new ones."""

from app.web.bookings.pages import blueprint

__all__ = ["blueprint"]
