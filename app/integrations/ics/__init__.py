"""iCalendar files: bookings written, busy time read."""
