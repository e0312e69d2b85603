"""An OpenID provider, which says who somebody is (OpenID Connect Core 1.0, authorization code with PKCE)."""
