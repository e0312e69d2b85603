"""A directory of people (LDAP, Active Directory), asked who somebody is."""
