"""What may be booked: pure functions of plain values. Standard library only, no clock, no input or output."""
