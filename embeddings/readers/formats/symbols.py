"""Characters of fonts that have their own: Symbol and Wingdings -> Unicode."""

from __future__ import annotations

_PRIVATE = range(0xF000, 0xF100)
"""Where Word puts the characters of such a font, in Unicode's area for private use."""

_SYMBOL = {
    0x20: " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_",
    0x60: "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉",
    0xD0: "∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
    0xF1: "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
}
"""The characters of Symbol, each run of them by the number of its first (Adobe's encoding)."""

_WINGDINGS = {
    0x21: "✏", 0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□",
    0x71: "❑", 0x76: "❖", 0x77: "◆", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←",
    0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
}  # fmt: skip
"""The characters of Wingdings that people use."""

_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x97: "●", 0xA2: "■", 0xA3: "□"}


def symbol(font: str, code: int) -> str:
    """Return a character of a font; nothing when nobody can tell which one it is.

    Args:
        font: The name of the font.
        code: Its number there, or in Unicode when the font has no numbers of its own.
    """
    number = code - _PRIVATE.start if code in _PRIVATE else code
    name = font.casefold()
    if "wingdings" in name:
        signs = _WINGDINGS_2 if name.endswith("2") else _WINGDINGS if name[-1] != "3" else {}
        return signs.get(number, "")
    if name == "symbol":
        first = max((each for each in _SYMBOL if each <= number), default=number)
        return _SYMBOL.get(first, "")[number - first : number - first + 1]
    try:
        shown = chr(number)
    except (ValueError, OverflowError):
        return ""
    return shown if shown.isprintable() else ""
