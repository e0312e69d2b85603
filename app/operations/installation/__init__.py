"""What is about the installation as a whole: its keys, whether it can work, what it holds, timed work."""
