"""The public way: choose a service, a place and a time, give details, done. No cookie, no script needed."""

from app.web.public.pages import blueprint

__all__ = ["blueprint"]
