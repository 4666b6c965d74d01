"""Runs the OpenID provider of provider.mjs in Node, and signs in there as a person would, by its forms."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from services.access.provider import Provider
from tests.services.ingest.clients.installing import modules

HERE = Path(__file__).parent
SECRET = "open-sesame-open-sesame-open-sesame"  # noqa: S105 - of nobody
END_SECONDS = 10.0
MOST_STEPS = 12
ACTION = re.compile(r'<form[^>]* action="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class NotRunning(RuntimeError):
    """The provider did not start; the message has its log."""


class RunningProvider(NamedTuple):
    """A provider that runs, as our settings name it."""

    provider: Provider


@contextmanager
def running(port: int, redirect_uri: str, accounts: Mapping[str, Mapping[str, Any]]) -> Iterator[RunningProvider]:
    """Yield a provider with these accounts. Raises NotInstalled and NotRunning."""
    words = ("node", str(HERE / "provider.mjs"), str(modules(HERE)), str(port), redirect_uri, json.dumps(accounts))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            log = []
            for line in process.stdout:
                if line.strip() == "listening":
                    break
                log.append(line)
            else:
                raise NotRunning("".join(log))
            yield RunningProvider(Provider(f"http://127.0.0.1:{port}", "regulars", SECRET))
        finally:
            process.terminate()
            process.wait(END_SECONDS)


def back_from(client: httpx.Client, asked: str, account: str | None) -> str:
    """Sign in at the provider, where ``asked`` leads, and return the address that it leads back to.

    None is somebody who thinks better of it.
    """
    address, answer = asked, client.get(asked)
    for _ in range(MOST_STEPS):
        if answer.has_redirect_location:
            address = str(answer.next_request.url) if answer.next_request else ""
            if "/sign-in/oidc/back" in address:
                return address
            answer = client.get(address)
        elif account is None:
            answer = client.get(f"{address}/abort")
        else:
            form = unescape(answer.text)
            fields = dict(HIDDEN.findall(form))
            more = {"login": account, "password": "any"} if fields.get("prompt") == "login" else {}
            answer = client.post(ACTION.findall(form)[0], data={**fields, **more})
    raise AssertionError(answer.text)
