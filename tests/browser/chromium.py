"""The Chromium that tests drive: the one that is there, or Debian's, installed where none is.

Installing changes the machine, so only root's tests do it. Anybody else is told what to install.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # root's Chromium does not start with one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BY_HAND = "apt-get install --no-install-recommends chromium"
UPDATE = ("apt-get", "update")
INSTALL = ("apt-get", "install", "--no-install-recommends", "--yes", "chromium")
MEND = (("dpkg", "--configure", "-a"), ("apt-get", "--fix-broken", "install", "--yes"))
"""For a machine on which an installation was interrupted."""

ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive"}
COMMAND_SECONDS = 240


class NoChromiumError(Exception):
    """Why no browser can be driven here, in one sentence."""


def chromium() -> str:
    """Return the path of a Chromium, installed now where it is missing. Raises NoChromiumError.

    Workers wait for each other: a package that another one is just unpacking is there by name, and does not run.
    """
    with _one_at_a_time():
        if _found() is None:
            _install()
        path = _found()
    if path is None:
        message = f"These tests need Chromium, and apt-get installed none: {BY_HAND}."
        raise NoChromiumError(message)
    return path


def _found() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


def _install() -> None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        message = f"These tests need Chromium, which only root can install here, by apt-get: {BY_HAND}."
        raise NoChromiumError(message)
    _ran(UPDATE)  # where this fails, what the next one says is clearer
    if _ran(INSTALL) is None:
        return
    for command in MEND:
        _ran(command)
    failure = _ran(INSTALL)
    if failure is not None:
        message = f"These tests need Chromium, and it could not be installed ({failure}): {BY_HAND}."
        raise NoChromiumError(message)


def _ran(command: tuple[str, ...]) -> str | None:
    """Return what a command said last where it failed, None where it did what it should."""
    try:
        ran = subprocess.run(
            command,
            check=False,
            env=os.environ | ENVIRONMENT,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if ran.returncode == 0:
        return None
    return next((line for line in reversed(ran.stdout.splitlines()) if line.strip()), f"exit code {ran.returncode}")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock that the kernel lets go of when its holder dies."""
    with (Path(gettempdir()) / f"regulars-chromium-{os.geteuid()}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
