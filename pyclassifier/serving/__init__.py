"""Servers: the built site on this machine, and a model that answers others."""

from .limits import Limits
from .site import LOOPBACK, find_site, free_port_asked_for, make_server, serving

__all__ = ["LOOPBACK", "Limits", "find_site", "free_port_asked_for", "make_server", "serving"]
