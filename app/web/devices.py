"""A few words for a browser, from what it says about itself, so that people recognise their own sessions."""

from __future__ import annotations

from app.texts import _, mark

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNKNOWN = mark("Unknown device")


def device_words(user_agent: str) -> str:
    """Return words such as ``Firefox on Windows``; the order of signs matters, as browsers claim to be each other."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN


def say_device(kept: str) -> str:
    """Return in the reader's language what ``device_words`` said, as sessions keep it in English."""
    browser, _on, system = kept.partition(" on ")
    return _("{browser} on {system}", browser=browser, system=system) if system else _(kept)
