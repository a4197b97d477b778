"""Servers: the built site on this machine, and a model that answers others."""

from .limits import Limits
from .site import ISOLATION, LOOPBACK, NOT_ISOLATED, find_site, free_port_asked_for, make_server, serving

__all__ = [
    "ISOLATION",
    "LOOPBACK",
    "NOT_ISOLATED",
    "Limits",
    "find_site",
    "free_port_asked_for",
    "make_server",
    "serving",
]
