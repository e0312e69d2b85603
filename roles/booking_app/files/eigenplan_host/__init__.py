"""What operators and systemd run on a host: slots, updates without a gap, and the application's own commands."""
