"""Calls the gateway at a steady rate for a long time, and tells whether it grows: see scripts/soak.

Arguments: our program, minutes, calls a second."""

import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter

from caller import call, request, timed
from gateway import Gateway, Upstream, all_descriptors, mb

# Of a hundred calls, so many are streams, and so many are left by their client after the first piece.
STREAMS, LEFT = 20, 2
# The bounds of a run that is long enough for them, in minutes, since caches fill first: growth in ten minutes, and descriptors
# more at the end than after the warm-up.
LONG, MOST_GROWTH, MOST_DESCRIPTORS = 20, 1e6, 50


class Soak:
    def __init__(self, gateway, seconds, rate):
        self.gateway, self.seconds, self.rate = gateway, seconds, rate
        self.statuses, self.faults, self.samples = Counter(), Counter(), []

    async def one(self, n):
        dice = n % 100
        try:
            if dice < LEFT:
                stream = await call(self.gateway, request(self.gateway.key, True))
                await asyncio.wait_for(stream.began, 60)
                self.statuses["left"] += 1
                stream.transport.abort()
                return
            stream = dice < LEFT + STREAMS
            _, answer = await asyncio.wait_for(timed(self.gateway, request(self.gateway.key, stream, "brief")), 60)
            self.statuses[answer.status] += 1
            if stream and b"[DONE]" not in answer.got:
                self.faults["a stream without an end"] += 1
        except Exception as error:
            self.faults[f"{type(error).__name__}: {error}"[:100]] += 1

    async def watch(self):
        while True:
            await asyncio.sleep(min(10, self.seconds / 10))
            rss, _, _ = self.gateway.memory()
            self.samples.append((time.monotonic(), rss, self.gateway.descriptors()))

    async def run(self):
        watching = asyncio.create_task(self.watch())
        began, tasks = time.monotonic(), set()
        for n in range(int(self.seconds * self.rate)):
            # Whether or not the last one was answered.
            await asyncio.sleep(max(0, began + n / self.rate - time.monotonic()))
            task = asyncio.create_task(self.one(random.randrange(100)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        watching.cancel()
        # What was left by its client is billed after a moment.
        for _ in range(300):
            if "upstream_calls_in_flight 0" in self.gateway.get("/metrics"):
                break
            await asyncio.sleep(0.1)
        else:
            self.faults["calls are still in flight"] += 1


def slope(samples):
    """Bytes in ten minutes by which the memory grows, by the line that fits the later two thirds best."""
    late = samples[len(samples) // 3 :]
    if len(late) < 3:
        return 0.0
    mean_t, mean_m = (sum(it[n] for it in late) / len(late) for n in (0, 1))
    above = sum((t - mean_t) * (m - mean_m) for t, m, _ in late)
    return 600 * above / sum((t - mean_t) ** 2 for t, _, _ in late)


def main():
    program, minutes, rate = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    all_descriptors()
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream()
        gateway = Gateway(program, folder, upstream)
        soak = Soak(gateway, minutes * 60, rate)
        try:
            asyncio.run(soak.run())
        finally:
            stopped = gateway.stop()
            upstream.stop()
        answered = sum(soak.statuses.values())
        records, in_rows = sqlite3.connect(f"{folder}/crossmodel.db").execute(
            "SELECT count(*), sum(status >= 500) FROM usage_record"
        ).fetchone()
    first, last = soak.samples[len(soak.samples) // 3], soak.samples[-1]
    growth = slope(soak.samples)
    print(f"calls         {dict(soak.statuses)} in {minutes:g} minutes, {records} records, stopped in {stopped:.1f} s")
    print(f"memory        {mb(soak.samples[0][1])} at first, {mb(first[1])} after a third, {mb(last[1])} at the end")
    print(f"growth        {growth / 1e6:+.2f} MB in ten minutes")
    print(f"descriptors   {soak.samples[0][2]} at first, {first[2]} after a third, {last[2]} at the end", flush=True)
    wrong = [f"{count} times {what}" for what, count in soak.faults.items()]
    wrong += [f"{count} answers {status}" for status, count in soak.statuses.items() if status not in (200, "left")]
    if records != answered:
        wrong.append(f"{answered} calls left {records} records")
    if in_rows:
        wrong.append(f"{in_rows} records of a fault")
    if minutes >= LONG and growth > MOST_GROWTH:
        wrong.append(f"the memory grows by {growth / 1e6:.2f} MB in ten minutes")
    if minutes >= LONG and last[2] - first[2] > MOST_DESCRIPTORS:
        wrong.append(f"{last[2] - first[2]} more descriptors")
    if wrong:
        sys.exit("\n".join(wrong))


main()
