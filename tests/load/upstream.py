"""A provider on loopback for very many calls at once. It prints its address when it listens.

It answers a plain call at once, or after some seconds if it says `"user":"slow-SECONDS"`. A stream gets its head and a first
piece, and the rest once `/finish` was asked for, or at once if the call says `"user":"brief"`. `/held` says how many streams
wait."""

import asyncio
import json
import re

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
USAGE = {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}


def chunk(data):
    data = data if isinstance(data, str) else json.dumps(data)
    event = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


def piece(choices, usage=None):
    return chunk({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, "usage": usage})


def answer(body, kind=b"application/json"):
    return b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (kind, len(body), body)


FIRST = HEAD + piece([{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}])
REST = (
    piece([{"index": 0, "delta": {"content": " there"}, "finish_reason": None}])
    + piece([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    + piece([], USAGE)
    + chunk("[DONE]")
    + b"0\r\n\r\n"
)
MESSAGE = {"index": 0, "message": {"role": "assistant", "content": "Hello there"}, "finish_reason": "stop"}
WHOLE = answer(
    json.dumps({"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [MESSAGE], "usage": USAGE}).encode()
)


SLOW = re.compile(rb'"user":"slow-(\d+)"')


class Call(asyncio.Protocol):
    """One connection; `held` are those whose stream waits."""

    held = set()

    def connection_made(self, transport):
        self.transport, self.rest = transport, bytearray()

    def connection_lost(self, _):
        self.held.discard(self)

    def data_received(self, data):
        self.rest += data
        while (end := self.rest.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.rest[:end]).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.rest) < end + 4 + length:
                return
            body = bytes(self.rest[end + 4 : end + 4 + length])
            del self.rest[: end + 4 + length]
            self.answers(head, body)

    def answers(self, head, body):
        if head.startswith(b"get /held"):
            self.transport.write(answer(b"%d" % len(self.held)))
        elif head.startswith(b"get /finish"):
            for call in list(self.held):
                call.transport.write(REST)
            self.held.clear()
            self.transport.write(answer(b"finished"))
        elif slow := SLOW.search(body):
            asyncio.get_running_loop().call_later(int(slow.group(1)), self.transport.write, WHOLE)
        elif b'"stream":true' not in body:
            self.transport.write(WHOLE)
        elif b'"user":"brief"' in body:
            self.transport.write(FIRST + REST)
        else:
            self.held.add(self)
            self.transport.write(FIRST)


async def main():
    server = await asyncio.get_running_loop().create_server(Call, "127.0.0.1", 0, backlog=4096)
    print("{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
