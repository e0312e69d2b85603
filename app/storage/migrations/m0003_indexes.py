"""Indexes for every list and search, and for every reference that is followed or checked.

None is partial by a value that statements have as a parameter: a prepared plan could not use it.
"""

from __future__ import annotations

_INDEXES = (
    # What takes resources: see taken.py for why long rows have indexes of their own.
    # These two hold all that is asked for, so that both planners take them although they know nothing of the values.
    "CREATE INDEX allocation_long ON allocation (resource_id, end_at, start_at, expires_at) "
    "WHERE active AND end_at - start_at > 86400",
    "CREATE INDEX allocation_booking ON allocation (booking_id) WHERE booking_id IS NOT NULL",
    "CREATE INDEX allocation_session ON allocation (session_id) WHERE session_id IS NOT NULL",
    "CREATE INDEX allocation_change ON allocation (change_id) WHERE change_id IS NOT NULL",
    "CREATE INDEX busy_time_start ON busy_time (resource_id, start_at, end_at)",
    "CREATE INDEX busy_time_long ON busy_time (resource_id, end_at, start_at) WHERE end_at - start_at > 86400",
    "CREATE INDEX busy_time_source ON busy_time (source, resource_id)",
    # Bookings.
    "CREATE INDEX booking_start ON booking (start_at)",
    "CREATE INDEX booking_service ON booking (service_id, start_at)",
    "CREATE INDEX booking_client ON booking (client_id, start_at) WHERE client_id IS NOT NULL",
    "CREATE INDEX booking_expiry ON booking (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE INDEX booking_session ON booking (session_id) WHERE session_id IS NOT NULL",
    "CREATE INDEX booking_series ON booking (series_id, occurrence_at) WHERE series_id IS NOT NULL",
    "CREATE INDEX booking_visit ON booking (visit) WHERE visit IS NOT NULL",
    "CREATE INDEX attendee_booking ON attendee (booking_id, position)",
    "CREATE INDEX change_request_booking ON change_request (booking_id)",
    "CREATE INDEX change_request_open ON change_request (status, expires_at)",
    # Group sessions.
    "CREATE INDEX group_session_start ON group_session (service_id, location_id, start_at, end_at) WHERE active",
    "CREATE INDEX seat_booking ON seat (booking_id)",
    "CREATE INDEX seat_change ON seat (change_id) WHERE change_id IS NOT NULL",
    # People who book and wait.
    "CREATE INDEX client_email ON client (email, name)",
    "CREATE INDEX client_name ON client (name)",
    "CREATE INDEX waiting_entry_open ON waiting_entry (status, location_id, id)",
    "CREATE INDEX waiting_entry_client ON waiting_entry (client_id)",
    "CREATE INDEX waiting_entry_offer ON waiting_entry (offered_booking_id) WHERE offered_booking_id IS NOT NULL",
    # The worker's queue.
    "CREATE INDEX outbox_message_status ON outbox_message (status, not_before, id)",
    "CREATE INDEX outbox_message_booking ON outbox_message (booking_id, id) WHERE booking_id IS NOT NULL",
    "CREATE INDEX idempotency_key_age ON idempotency_key (created_at)",
    # The set-up.
    "CREATE INDEX time_off_resource ON time_off (resource_id, start_at)",
    "CREATE INDEX pool_member_resource ON pool_member (resource_id)",
    "CREATE INDEX weekly_hours_resource ON weekly_hours (resource_id)",
    "CREATE INDEX weekly_hours_location ON weekly_hours (location_id)",
    "CREATE INDEX date_override_resource ON date_override (resource_id)",
    "CREATE INDEX date_override_location ON date_override (location_id)",
    "CREATE INDEX service_requirement_service ON service_requirement (service_id)",
)


def statements(kind: str) -> list[str]:
    """Return the statements; they are the same for both databases."""
    return list(_INDEXES)
