"""Which system user the embedded Postgres runs as, and how that user reaches the folders it needs.

Postgres refuses to run as root. Started by anybody else it simply runs as them. Started by root, as in a container, it
runs as the owner of its data, or else as the system user ``regulars``, which is made where it is missing.
"""

import os
import pwd
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from services.settings import InstallationError

SYSTEM_USER = "regulars"
MAKE_USER = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER)

# A POSIX access control list as Linux keeps it: a version, then entries of tag, permissions and user or group.
ACCESS_LIST = "system.posix_acl_access"
ACCESS_LIST_VERSION = 2
ENTRY = struct.Struct("<HHI")
OWNER, USER, GROUP, MASK, OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY_IN_PARTICULAR = 0xFFFFFFFF
PASS_THROUGH = 1


class ServerAccount(NamedTuple):
    """The user and group of the server's processes; None stands for our own."""

    user: int | None
    group: int | None

    def run(
        self, command: Sequence[str | Path], *, output: int = subprocess.PIPE, held: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, in a session of its own that no Ctrl-C reaches.

        ``output`` takes what it prints, and it inherits the file descriptors ``held``.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(  # noqa: S603 - our own words, and no shell reads them
            command,
            check=False,
            cwd="/",
            encoding="utf-8",
            env=environment | {"LC_ALL": "C"},
            errors="replace",
            extra_groups=None if self.user is None else [],
            group=self.group,
            pass_fds=held,
            start_new_session=True,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            user=self.user,
        )

    def give(self, path: Path) -> None:
        """Make a file or folder this user's own."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)

    def reach(self, *folders: Path) -> list[Path]:
        """Make sure that this user gets to the folders, and return those on the way that had to be opened to it.

        Nobody else gets in: where root's folders are closed to others, an access list lets this one user pass through.
        """
        opened: list[Path] = []
        for folder in (path.resolve() for path in folders):
            if self.user is None or self._can_enter(folder):
                continue
            with suppress(OSError, AttributeError):  # a file system, or a system, may have no access lists
                for step in (folder, *folder.parents):
                    if not step.stat().st_mode & PASS_THROUGH:
                        _let_pass(step, self.user)
                        opened.append(step)
            if not self._can_enter(folder):
                message = (
                    f"Postgres cannot run as root, and the user {_name(self.user)}, which it runs as, cannot reach"
                    f" {folder}: move it to where everybody may pass, or run Regulars as another user."
                )
                raise InstallationError(message)
        return opened

    def _can_enter(self, folder: Path) -> bool:
        try:
            return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0
        except OSError as error:
            message = f"Postgres cannot run as root, and this root may not start it as another user: {error.strerror}."
            raise InstallationError(message) from error


def account_for(home: Path, data: Path) -> ServerAccount:
    """Return the account that runs the server whose data lie in ``data``, a folder of ``home``, made or not."""
    owners = [folder.stat() for folder in (data, home) if folder.exists()]
    if os.geteuid() != 0:
        if data.exists() and owners[0].st_uid != os.geteuid():
            owner = _name(owners[0].st_uid)
            message = f"The data in {data} belong to the user {owner}: run Regulars as that user, or as root."
            raise InstallationError(message)
        return ServerAccount(None, None)
    for status in owners:
        if status.st_uid != 0:
            return ServerAccount(status.st_uid, status.st_gid)
    return _system_account()


def _system_account() -> ServerAccount:
    with suppress(KeyError):
        return _look_up()
    with suppress(FileNotFoundError):
        subprocess.run(MAKE_USER, check=False, capture_output=True)  # noqa: S603 - a constant
    with suppress(KeyError):  # looked up again whatever it said: another process may have been quicker
        return _look_up()
    message = (
        f"Postgres cannot run as root, and the system user {SYSTEM_USER} could not be made: make it with"
        f" '{' '.join(MAKE_USER)}', run Regulars as another user, or set REGULARS_PG to a Postgres that runs."
    )
    raise InstallationError(message)


def _look_up() -> ServerAccount:
    entry = pwd.getpwnam(SYSTEM_USER)
    return ServerAccount(entry.pw_uid, entry.pw_gid)


def _name(user: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"number {user}"


def _let_pass(folder: Path, user: int) -> None:
    """Let one user pass through a folder, and see nothing of it: ``setfacl -m u:user:x``, without the tool."""
    try:
        entries = list(ENTRY.iter_unpack(os.getxattr(folder, ACCESS_LIST)[4:]))
    except OSError:  # no list yet: the permissions are the list
        mode = folder.stat().st_mode
        shares = ((OWNER, mode >> 6), (GROUP, mode >> 3), (OTHERS, mode))
        entries = [(tag, share & 0o7, NOBODY_IN_PARTICULAR) for tag, share in shares]
    limits = [share for tag, share, _ in entries if tag == MASK] or [share for tag, share, _ in entries if tag == GROUP]
    kept = [entry for entry in entries if entry[0] != MASK and (entry[0], entry[2]) != (USER, user)]
    kept += [(USER, PASS_THROUGH, user), (MASK, limits[0] | PASS_THROUGH, NOBODY_IN_PARTICULAR)]
    packed = b"".join(ENTRY.pack(*entry) for entry in sorted(kept, key=lambda entry: (entry[0], entry[2])))
    os.setxattr(folder, ACCESS_LIST, ACCESS_LIST_VERSION.to_bytes(4, "little") + packed)
