"""Mail, handed to a mail server by SMTP."""
