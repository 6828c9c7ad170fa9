"""Opens very many streams through the gateway at once, and tells what they cost: see scripts/streams.

Arguments: our program, and how many streams."""

import asyncio
import statistics
import sys
import tempfile
import time

from caller import call, request, timed
from gateway import Gateway, Upstream, all_descriptors, mb

# Beside two sockets for each stream, the gateway has the database, the spool, its listener and some more.
SPARE = 100
# So many calls are on their way at once.
RAMP = 100


async def opens(gateway, bytes_, count):
    """Opens so many streams, and returns them once each has its first piece."""
    left = iter(range(count))
    streams = []

    async def opener():
        for _ in left:
            stream = await call(gateway, bytes_)
            streams.append(stream)
            await asyncio.wait_for(stream.began, 60)

    await asyncio.gather(*(opener() for _ in range(RAMP)))
    return streams


async def new_calls(gateway, count):
    """Milliseconds of so many plain calls, one after the other, each on a connection of its own."""
    times = []
    for _ in range(count):
        took, answer = await timed(gateway, request(gateway.key, False))
        if answer.status != 200:
            sys.exit(f"a new call got {answer.got[:300]!r}")
        times.append(took)
    return times


async def measure(gateway, upstream, asked, count):
    # What the first calls make once, such as connections and a lease, is no cost of a stream.
    await new_calls(gateway, 20)
    await asyncio.sleep(1)
    rss, pss, _ = gateway.memory()
    print(f"before        rss {mb(rss)}  pss {mb(pss)}  descriptors {gateway.descriptors()}", flush=True)
    began = time.monotonic()
    streams = await opens(gateway, request(gateway.key, True), count)
    took = time.monotonic() - began
    await asyncio.sleep(2)
    held = int(upstream.asked("/held"))
    open_rss, open_pss, peak = gateway.memory()
    print(f"open          rss {mb(open_rss)}  pss {mb(open_pss)}  descriptors {gateway.descriptors()}  peak rss {mb(peak)}")
    print(f"streams       {held:,} open, opened in {took:.1f} s")
    each = (open_rss - rss) / count
    print(f"each stream   {each / 1000:.1f} kB")
    if count < asked:
        print(f"{asked:,} streams   rss {mb(rss + each * asked)}, reckoned")
    times = await new_calls(gateway, 20)
    print(
        f"new call      first {times[0]:.0f} ms, median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms",
        flush=True,
    )
    upstream.asked("/finish")
    await asyncio.gather(*(asyncio.wait_for(stream.ended, 120) for stream in streams))
    answered = sum(stream.status == 200 and b"[DONE]" in stream.got for stream in streams)
    print(f"answered      {answered:,} to the end")
    await asyncio.sleep(2)
    rss, pss, _ = gateway.memory()
    print(f"after         rss {mb(rss)}  pss {mb(pss)}  descriptors {gateway.descriptors()}")
    if not held == answered == count:
        sys.exit(f"{count - answered:,} streams were not answered to the end")


def main():
    program, asked = sys.argv[1], int(sys.argv[2])
    limit = all_descriptors()
    count = min(asked, (limit - SPARE) // 2)
    if count < asked:
        print(f"The limit of open files is {limit:,}: {count:,} streams, each with a socket on either side.")
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream()
        gateway = Gateway(program, folder, upstream)
        try:
            asyncio.run(measure(gateway, upstream, asked, count))
        except Exception:
            print(gateway.log.read_text()[-2000:], file=sys.stderr)
            raise
        finally:
            gateway.stop()
            upstream.stop()


main()
