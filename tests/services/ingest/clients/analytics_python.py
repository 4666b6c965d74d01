"""Sends the messages on standard input with Segment's library, or RudderStack's, which began as the same.

Run it as ``python analytics_python.py segment.analytics.client HOST KEY``.
"""

import json
import sys
from datetime import datetime
from importlib import import_module

NAMES = {
    "userId": "user_id",
    "anonymousId": "anonymous_id",
    "messageId": "message_id",
    "groupId": "group_id",
    "previousId": "previous_id",
}


def main() -> None:
    """Send them, packed with gzip, and print what the library gave up on."""
    module, host, key = sys.argv[1:]
    errors: list[str] = []
    client = import_module(module).Client(
        key, host=host, gzip=True, max_retries=30, on_error=lambda error, _: errors.append(str(error))
    )
    for message in json.load(sys.stdin):
        message["timestamp"] = datetime.fromisoformat(message["timestamp"])
        send = getattr(client, message.pop("type"))
        send(**{NAMES.get(name, name): value for name, value in message.items()})
    client.shutdown()
    sys.stdout.write(json.dumps({"errors": errors}))


if __name__ == "__main__":
    main()
