"""From which address a request came, as far as one sender is told from another."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_HOUSEHOLD = 64
"""Bits of an IPv6 address that a connection is given; the others its owner may choose at will."""


def sender(request: HttpRequest) -> str:
    """The address of who sent a request, of IPv6 its network; '' where it cannot be told.

    What proxies wrote into X-Forwarded-For is believed for as many of them as TRUSTED_PROXIES says,
    from the right: anybody can send whatever they like to the left of it.
    """
    given = request.META.get("REMOTE_ADDR", "")
    hops: list[str] = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        given = hops[-settings.TRUSTED_PROXIES]
    try:
        address = ipaddress.ip_address(given.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _HOUSEHOLD), strict=False))
