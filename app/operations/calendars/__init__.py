"""Calendars: what staff see, what is subscribed to, what comes in from elsewhere, and live changes."""
