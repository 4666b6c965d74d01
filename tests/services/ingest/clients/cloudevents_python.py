"""Sends the events on standard input with the CloudEvents library: python cloudevents_python.py HOST KEY.

Each goes in the mode that it names, in the way of the library's core, or in that of its first version, which writes
headers otherwise. The library has no transport and tries nothing again: that is for whoever uses it, and done here.
"""

import json
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any, cast
from urllib.parse import urlsplit

from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.http import CloudEvent as FirstCloudEvent
from cloudevents.v1.http import to_binary, to_structured

BATCH = "application/cloudevents-batch+json"
TRIES = 100
PAUSE_SECONDS = 0.2

Request = tuple[Mapping[str, str], bytes]


def request(mode: str, event: dict[str, Any]) -> Request:
    """Return an event as the library writes it."""
    data = event.pop("data")
    match mode:
        case "binary" | "structured":
            event |= {"specversion": "1.0", "datacontenttype": "application/json"}
            typed = CloudEvent(attributes={**event, "time": datetime.fromisoformat(event["time"])}, data=data)
            message = (to_binary_event if mode == "binary" else to_structured_event)(typed)
            return message.headers, message.body
        case "first binary":
            return cast("Request", to_binary(FirstCloudEvent(event, data)))
        case "first structured":
            return cast("Request", to_structured(FirstCloudEvent(event, data)))
        case _:  # for which the library has no function
            return {"content-type": BATCH}, b"[" + to_structured(FirstCloudEvent(event, data))[1] + b"]"


def send(host: str, key: str, headers: Mapping[str, str], body: bytes) -> str:
    """Send a request until it is answered with something other than that the server is away; return what is wrong."""
    for _ in range(TRIES):
        with closing(HTTPConnection(urlsplit(host).netloc)) as connection:
            try:
                authorization = {"authorization": f"Bearer {key}"}
                connection.request("POST", "/v1/events", body, {**headers, **authorization})
                response = connection.getresponse()
                answer = response.read().decode()
            except (OSError, HTTPException):
                pass
            else:
                if response.status == 200:
                    return ""
                if response.status != 503:
                    return answer
        time.sleep(PAUSE_SECONDS)
    return "the server never took it"


def main() -> None:
    """Send them, and print what was refused."""
    host, key = sys.argv[1:]
    refused = [send(host, key, *request(event.pop("mode"), event)) for event in json.load(sys.stdin)]
    sys.stdout.write(json.dumps({"errors": [error for error in refused if error]}))


if __name__ == "__main__":
    main()
