"""What browsers and their passkeys ask and answer (WebAuthn, W3C level 3)."""
