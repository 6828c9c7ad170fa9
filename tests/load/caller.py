"""Calls of the gateway as cheap as they can be made, so that one process can have ten thousand of them open."""

import asyncio
import itertools
import json
import time

from gateway import MODEL

# So many addresses of this machine call: no address has more connections than a gateway may permit to one.
ADDRESSES = itertools.cycle(f"127.1.{n // 100}.{n % 100 + 1}" for n in range(200))


def request(key, stream, user="held", padding=0):
    """The bytes of a chat call, with so many blanks behind its body's last field."""
    message = {"role": "user", "content": "Hello"}
    body = {"model": MODEL, "messages": [message], "max_tokens": 100, "user": user, "stream": stream}
    if stream:
        body["stream_options"] = {"include_usage": True}
    body = json.dumps(body, separators=(",", ":")).encode()
    body = body[:-1] + b" " * padding + b"}"
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {key}\r\n"
    return head.encode() + b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


class Answer(asyncio.Protocol):
    """One connection and its answer. `began` is set at the first piece of a stream, `ended` at the end of any answer."""

    def __init__(self, bytes_):
        self.sends, self.got = bytes_, b""
        loop = asyncio.get_running_loop()
        self.began, self.ended = loop.create_future(), loop.create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.sends)
        self.sends = None

    def data_received(self, data):
        self.got += data
        if not self.began.done() and b"\ndata: " in self.got:
            self.began.set_result(None)
        if self.complete() and not self.ended.done():
            self.ended.set_result(None)
            self.transport.close()

    def connection_lost(self, error):
        why = error or ConnectionError(f"hung up after {self.got[:300]!r}")
        for future in (self.began, self.ended):
            if not future.done():
                future.set_exception(why)
                future.exception()  # Not every caller waits for both.

    def complete(self):
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return False
        head = head.lower()
        if b"transfer-encoding: chunked" in head:
            return body.endswith(b"0\r\n\r\n")
        at = head.find(b"content-length:")
        return at >= 0 and len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])

    @property
    def status(self):
        return int(self.got[9:12] or 0)

    def header(self, name):
        """The value of a header of the answer, or nothing."""
        head = self.got.partition(b"\r\n\r\n")[0].decode().lower()
        return next((line.split(":", 1)[1].strip() for line in head.split("\r\n") if line.startswith(f"{name}:")), None)


async def call(gateway, bytes_):
    """Sends a request on a connection of its own."""
    loop = asyncio.get_running_loop()
    _, answer = await loop.create_connection(lambda: Answer(bytes_), *gateway.address, local_addr=(next(ADDRESSES), 0))
    return answer


async def timed(gateway, bytes_):
    """Milliseconds from connecting to the end of the answer, and the answer."""
    began = time.monotonic()
    answer = await call(gateway, bytes_)
    await answer.ended
    return (time.monotonic() - began) * 1000, answer
