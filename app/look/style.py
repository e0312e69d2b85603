"""The style sheet of a look: custom properties that ``app.css`` and Bootstrap read, for both themes."""

from __future__ import annotations

from collections.abc import Mapping

from app.look.colours import DARK, LIGHT, Tokens, tokens
from app.look.look import Look
from app.look.typefaces import TYPEFACES

DELIVERED = ("#1f6f5c", "#4db39a")
"""The colours of ``app.css``, by day and by night."""

_LIGHT, _DARK = '[data-bs-theme="light"]', '[data-bs-theme="dark"]'


def style_text(look: Look, panel: str = "") -> str:
    """Return the style sheet; ``panel``: a selector, when only parts of a page are to look so, whatever the page does.

    For a whole site, a look that gives neither colour nor typeface has an empty one.
    """
    colour = look.colour or (DELIVERED[0] if panel else "")
    dark = look.dark_colour or look.colour or (DELIVERED[1] if panel else "")
    rules = []
    if colour:
        rules.append(_rule(f"{panel}{_LIGHT}" if panel else f":root, {_LIGHT}", _properties(tokens(colour, LIGHT))))
    if dark:
        rules.append(_rule(f"{panel}{_DARK}", _properties(tokens(dark, DARK))))
    stack = TYPEFACES.get(look.typeface, TYPEFACES[""]).stack
    if stack or panel:
        rules.append(_rule(panel or ":root", {"--bs-body-font-family": stack or "var(--bs-font-sans-serif)"}))
    return "".join(rules)


def _rule(selector: str, properties: Mapping[str, str]) -> str:
    lines = "".join(f"  {name}: {value};\n" for name, value in properties.items())
    return f"{selector} {{\n{lines}}}\n"


def _properties(shades: Tokens) -> dict[str, str]:
    return {
        "--accent": shades.accent,
        "--accent-strong": shades.strong,
        "--accent-soft": shades.soft,
        "--on-accent": shades.on_accent,
        "--bs-link-color": shades.strong,
        "--bs-link-color-rgb": shades.strong_parts,
        "--bs-link-hover-color-rgb": shades.hover_parts,
    }
