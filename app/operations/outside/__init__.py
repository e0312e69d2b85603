"""Signing in at another place: accounts that an OpenID provider or a directory vouches for."""
