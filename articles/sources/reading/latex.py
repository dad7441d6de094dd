"""Text written in LaTeX, as BibTeX files hold it, to plain text and back."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_SYMBOLS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł",
    "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ",
    "S": "§", "P": "¶", "copyright": "©", "textcopyright": "©", "textregistered": "®", "texttrademark": "™",
    "pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€", "dag": "†", "ldots": "…", "dots": "…",
    "textellipsis": "…", "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "textquotedbl": '"',
    "textbackslash": "\\", "backslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|",
    "textless": "<", "textgreater": ">", "textbraceleft": "{", "textbraceright": "}", "lbrace": "{",
    "rbrace": "}", "textdollar": "$", "textunderscore": "_", "textdegree": "°", "degree": "°", "circ": "°",
    "pm": "±", "textpm": "±", "times": "×", "texttimes": "×", "cdot": "·", "leq": "≤", "le": "≤", "geq": "≥",
    "ge": "≥", "sim": "∼", "approx": "≈", "infty": "∞", "rightarrow": "→", "to": "→", "leftarrow": "←",
    "textmu": "µ", "micro": "µ", "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "slash": "/", "par": " ",
    "quad": " ", "qquad": " ", "textexclamdown": "¡", "textquestiondown": "¿", "guillemotleft": "«",
    "guillemotright": "»",
}  # fmt: skip
_FORMATS = frozenset(
    "emph textit textbf textrm textsf textsc texttt textup textmd textsl textnormal textsuperscript"
    " textsubscript mathrm mathit mathbf mathsf mathcal text mbox ensuremath it bf rm sc em tt sf sl url href"
    " underline uppercase lowercase MakeUppercase MakeLowercase protect relax noopsort nolinkurl left right"
    " bibinfo enquote".split()
)
_GREEK = {
    name.lower(): unicodedata.lookup(f"GREEK SMALL LETTER {name}")
    for name in (
        "ALPHA BETA GAMMA DELTA EPSILON ZETA ETA THETA IOTA KAPPA MU NU XI PI RHO SIGMA TAU UPSILON PHI"
        " CHI PSI OMEGA"
    ).split()
} | {"lambda": "λ"}
_TOKEN = re.compile(
    r"\\(?:(?P<mark>[`'^~=.\"])\s*|(?P<mark_word>[uvHcdbkr])(?:\s+|(?=[{\\])))"
    r"(?:\{\s*\\?(?P<braced>[^\W\d_])?\s*\}|\\(?P<dotless>[ij])(?![A-Za-z])\s*|(?P<bare>[^\W\d_]))"
    r"|\\(?P<word>[A-Za-z]+)(?P<end>\{\}|\s+|)"
    r"|\\(?P<escaped>[^A-Za-z])"
    r"|(?P<ligature>---?|``|''|[!?]`)"
    r"|(?P<math>\$)(?P<formula>[^$]*)\$"
    r"|(?P<plain>[{}~])"
)
_LIGATURES = {"--": "–", "---": "—", "``": "“", "''": "”", "!`": "¡", "?`": "¿"}
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip


def from_latex(text: str) -> str:
    """Plain text; a command that is not known stays as it is written, so that nothing goes missing."""
    return unicodedata.normalize("NFC", _TOKEN.sub(_decoded, text))


def to_latex(text: str) -> str:
    """`text` with everything escaped that LaTeX reads as more than itself; `from_latex` gives it back."""
    text = "".join(_ESCAPES.get(letter, letter) for letter in text)
    text = re.sub(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[!?])(?=`)", "{}", text)
    return text


def _decoded(token: re.Match[str]) -> str:
    if mark := token["mark"] or token["mark_word"]:
        letter = token["braced"] or token["dotless"] or token["bare"] or ""
        return unicodedata.normalize("NFC", letter + _ACCENTS[mark]) if letter else ""
    if word := token["word"]:
        return _command(word, token["end"])
    if escaped := token["escaped"]:
        return {"\\": " ", "-": "", "/": "", ",": " ", ";": " ", ":": " ", "!": "", "(": "", ")": ""}.get(
            escaped, escaped
        )
    if ligature := token["ligature"]:
        return _LIGATURES[ligature]
    if token["math"]:
        return re.sub(r"[\^_](?=[{\w+-])|[{}]", "", _TOKEN.sub(_decoded, token["formula"]))
    return " " if token["plain"] == "~" else ""


def _command(word: str, end: str) -> str:
    if word in _SYMBOLS:
        return _SYMBOLS[word]
    if word in _FORMATS:
        return ""
    if word.lower() in _GREEK:
        letter = _GREEK[word.lower()]
        return letter.upper() if word[0].isupper() else letter
    return f"\\{word}{' ' if end.isspace() else ''}"
