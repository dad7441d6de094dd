"""Web addresses of sources: their normal form, and the work that an address is known to hold."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, unquote, urlsplit

from articles.sources.spellings import DOI_TAIL, arxiv, doi, pmcid, pmid, whole

ADDRESS_TAIL = ".,;:!?'*’”»…"
LONGEST_ADDRESS = 2000
"""Characters; what is longer is no address that a reader could follow."""

_TRACKING = re.compile(
    r"utm_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_cid|mc_eid|_ga|_gl", re.IGNORECASE
)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_NO_PART = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")


def web_address(text: str) -> str:
    """The normal form of an http or https address (RFC 3986, section 6.2); empty if `text` is none.

    Scheme and host are in lower case, a host in other letters is shown in them rather than in Punycode.
    The default port, the fragment and the parameters that only count visitors are gone. An address with a
    user's name in it, or with a host that is no public name or number, is none.
    """
    parts = _split(text)
    if not parts or "@" in parts.netloc:
        return ""
    host, port = _host(parts.hostname or ""), parts.port
    if not host:
        return ""
    if port and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    kept = [part for part in parts.query.split("&") if part and not _TRACKING.fullmatch(part.split("=")[0])]
    query = "?" + _quoted("&".join(kept)) if kept else ""
    return f"{parts.scheme}://{host}{_quoted(parts.path) or '/'}{query}"


def _split(text: str) -> SplitResult | None:
    if _NO_PART.search(text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _host(host: str) -> str:
    """The host in readable letters; empty if it is no public name and no number."""
    if ":" in host:
        return f"[{host}]" if re.fullmatch(r"[0-9a-f:.]+", host) else ""
    labels = [
        _readable(label) for label in unicodedata.normalize("NFKC", host).lower().rstrip(".").split(".")
    ]
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return ""
    if labels[-1].isdecimal():
        number = len(labels) == 4 and all(label.isdecimal() and int(label) < 256 for label in labels)
        return ".".join(labels) if number else ""
    return ".".join(labels)


def _readable(label: str) -> str:
    """A label of Punycode (RFC 3492) in its own letters, as long as it surely means them."""
    if not label.startswith("xn--") or not label.isascii():
        return label
    try:
        plain = label[4:].encode("ascii").decode("punycode")
        again = plain.encode("punycode").decode("ascii")
    except UnicodeError:
        return label
    same = f"xn--{again}" == label and unicodedata.normalize("NFKC", plain).lower() == plain
    return plain if same and _LABEL.fullmatch(plain) else label


def _quoted(part: str) -> str:
    """Percent-encoding in capitals, and none where a character needs none (RFC 3986, section 2.3)."""

    def normal(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if _UNRESERVED.fullmatch(character) else f"%{found[1].upper()}"

    return re.sub(r"%([0-9A-Fa-f]{2})", normal, part)


# --- What is at an address --------------------------------------------------------------------------

_RESOLVER = re.compile(r"(?:^|[./=])(?:dx[.-])?doi[.-]org(?=[./:]|$)", re.IGNORECASE)
_DOI_INSIDE = re.compile(
    r"(?:(?<=[/=:\s])|(?<=%2f)|(?<=%3a)|(?<=%3d))10\.\d{4,9}(?:\.\d{1,9}){0,3}(?:/|%2f)", re.I
)
_SLASHES = re.compile(r"(?:^|\.)(?:oup|iop|crossref|unpaywall)\.", re.IGNORECASE)
"""Hosts where a DOI with more than one slash can be told from the rest of the address."""
_VIEWS = re.compile(
    r"(?:/(?:full|fulltext|full-text|abstract|abs|summary|pdf|epdf|epub|html|full/html|meta|references|figures"
    r"|citations|metrics|tables|supplementary-material|suppl))$"
    r"|(?:\.full-text|\.full|\.abstract|\.pdf|\.html?|\.xml|\.epub)$",
    re.IGNORECASE,
)
_PUBMED = re.compile(
    r"^(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?pubmed\.gov)/(?:\?term=)?(?P<a>\d{1,8})(?:/|[?&#]|$)"
    r"|^(?:www\.)?ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/(?:\?term=)?(?P<b>\d{1,8})(?:/|[?&#]|$)"
    r"|^(?:www\.)?ncbi\.nlm\.nih\.gov/entrez/[^#]{0,200}[?&]list_uids=(?P<c>\d{1,8})(?:[&#]|$)"
    r"|^(?:www\.)?europepmc\.org/(?:article|abstract)/med/(?P<d>\d{1,8})(?:/|[?&#]|$)",
    re.IGNORECASE,
)
_PMC = re.compile(
    r"^(?:(?:www\.)?ncbi\.nlm\.nih\.gov/(?:labs/)?pmc|pmc\.ncbi\.nlm\.nih\.gov)/articles/(?:pmc)?(?P<a>\d{1,8})"
    r"(?:\.\d{1,2})?(?:/|[?#]|$)"
    r"|^(?:www\.)?europepmc\.org/(?:articles?|abstract)/(?:pmc/)?pmc(?P<b>\d{1,8})(?:\.\d{1,2})?(?:/|[?#]|$)",
    re.IGNORECASE,
)
_TRIAL = re.compile(
    r"^(?:www\.|beta\.|classic\.)?clinicaltrials\.gov/(?:[\w-]{1,12}/){0,3}(?P<a>nct\d{8})(?:/|[?#]|$)",
    re.IGNORECASE,
)
_ARXIV = re.compile(
    r"^(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|ps|format|e-print)/(?P<a>[\w.-]{1,20}(?:/\d{7}(?:v\d{1,3})?)?)"
    r"/?(?:[?#]|$)",
    re.IGNORECASE,
)


def work_at(address: str) -> tuple[str, str]:
    """The kind and value of the identifier that `address` surely leads to, else “url” and its normal form.

    The address may lack its scheme where a register is meant (“doi.org/10.…”), and may go through a
    library's proxy, which writes dots as hyphens. Two empty strings mean that it is no address.
    """
    if len(address) > LONGEST_ADDRESS:
        return "", ""
    complete = re.match(r"https?://", address, re.IGNORECASE)
    full = address if complete else f"https://{address}"
    full = full.replace("<", "%3C").replace(">", "%3E")
    normal = web_address(full)
    if not normal:
        return "", ""
    if found := _doi_at(full):
        return "doi", found
    place = _unproxied(normal)
    for kind, pattern, read in (
        ("pmid", _PUBMED, pmid),
        ("pmcid", _PMC, pmcid),
        ("nct", _TRIAL, str.upper),
        ("arxiv", _ARXIV, _paper),
    ):
        if (match := pattern.match(place)) and (value := read(next(g for g in match.groups() if g))):
            return kind, value
    if re.match(r"(?:dx\.|www\.)?doi\.org/(?:10\.|$)", place):
        return "", ""
    return ("url", normal) if complete else ("", "")


def _paper(name: str) -> str:
    return arxiv(re.sub(r"\.pdf$", "", name, flags=re.IGNORECASE))


def _unproxied(normal: str) -> str:
    """Host and path as the register itself writes them: “doi-org.proxy.example/10.…” is at “doi.org”."""
    host, _, rest = normal.partition("://")[2].partition("/")
    for name in ("pubmed.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov", "www.ncbi.nlm.nih.gov", "europepmc.org",
                 "clinicaltrials.gov", "arxiv.org"):  # fmt: skip
        if host.startswith((name.replace(".", "-") + ".", name + ".")):
            return f"{name}/{rest}"
    return f"{host}/{rest}"


def _doi_at(address: str) -> str:
    """The DOI in a resolver's address, or in a publisher's where it is sure where the DOI ends."""
    found = _DOI_INSIDE.search(address)
    if not found:
        return ""
    before, token = address[: found.start()], address[found.start() :]
    resolver = bool(_RESOLVER.search(before))
    if "?" in before:
        if not resolver and not re.search(r"[?&](?:doi|id)=(?:doi:|doi%3a)?$", before, re.IGNORECASE):
            return ""
        token = token.split("&")[0]
    token = whole(re.split(r"[?#](?<!2-#)", token)[0], DOI_TAIL)
    if resolver:
        return doi(token)
    while stripped := _VIEWS.search(token):
        token = token[: stripped.start()]
    token = whole(token, DOI_TAIL)
    host = urlsplit(address).netloc.replace("-", ".")
    if unquote(token).count("/") > 1 and not _SLASHES.search(host):
        return ""
    if ".oup." in f".{host}":
        token = re.sub(r"/\d{5,9}$", "", token)
    elif re.search(r"(?:bio|med)rxiv\.", host):
        token = re.sub(r"v\d{1,2}$", "", token)
    return doi(token)
