"""Listens to a stream of the dashboard as a browser does, in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from threading import Thread
from typing import NamedTuple

import httpx

from tests.services.running import wait_until


class Message(NamedTuple):
    """What came: an event's name, empty where it has none, and its data. A heartbeat is the name ``:``."""

    event: str
    data: str


class Heard:
    """What came so far."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.messages: list[Message] = []
        self.ended = False

    def named(self, event: str) -> list[str]:
        """Return the data of the messages of a name."""
        return [message.data for message in self.messages if message.event == event]

    def listen(self, answer: httpx.Response) -> None:
        """Listen until the stream ends, or its client is closed."""
        event, data = "", list[str]()
        with suppress(httpx.StreamError, httpx.TransportError):
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    data.append(line.removeprefix("data: "))
                elif line.startswith(":"):
                    self.messages.append(Message(":", ""))
                elif data:
                    self.messages.append(Message(event, "\n".join(data)))
                    event, data = "", []
        self.ended = True


@contextmanager
def listening(client: httpx.Client, path: str, **asked: str) -> Iterator[Heard]:
    """Yield what a stream tells as it comes; it is open when the block begins, and closed when it ends."""
    heard = Heard()
    with client.stream("GET", path, params=asked) as answer:
        assert answer.headers.get("content-type", "").startswith("text/event-stream"), answer.read()
        reader = Thread(target=heard.listen, args=[answer])
        reader.start()
        wait_until(lambda: heard.messages)
        yield heard
        with suppress(OSError):  # the server may have ended it before
            answer.extensions["network_stream"].get_extra_info("socket").shutdown(SHUT_RDWR)
    reader.join()
