"""Which process this is, so that another can tell whether it is still alive.

A process ID alone says nothing: a container begins each life with the same few. On Linux the boot,
the namespace of process IDs and the moment at which the process began tell one from all others.
Elsewhere there is no such thing in the standard library, and a heartbeat has to do.
"""

import os
from functools import cache
from pathlib import Path
from uuid import uuid4

_PROC = Path("/proc")


@cache
def _of(process_id: int) -> str:
    """Cached by process ID, so that a forked child does not pass for its parent."""
    return f"{_place()}/{process_id}/{_began(process_id) or uuid4().hex}"


def current() -> str:
    """The name of this process: no other process of this machine ever has the same."""
    return _of(os.getpid())


def is_alive(name: str | None) -> bool | None:
    """Whether the process of that name is alive; None where that cannot be known from here."""
    if name is None:
        return None
    if name == current():
        return True
    place, process_id, began = name.rsplit("/", 2)
    boot, _slash, namespace = place.partition("/")
    here, _slash, ours = _place().partition("/")
    if not boot or not here or _machine(boot) != _machine(here):
        return None
    if boot != here:
        return False  # this machine was started anew since
    if namespace != ours:
        return None  # another container
    return _began(int(process_id)) == began


def _machine(boot: str) -> str:
    return boot.partition(":")[0]


@cache
def _place() -> str:
    """Machine, boot and namespace; empty where the system does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        machine = os.uname().nodename.replace(":", "").replace("/", "")
        return f"{machine}:{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(process_id: int) -> str | None:
    """When a process began, in the kernel's own count; None where there is no such process."""
    try:
        stat = (_PROC / str(process_id) / "stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else fields[18]
