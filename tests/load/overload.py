"""Offers the gateway three times what it can take, and tells what it makes of it: see scripts/soak overload.

What it can take is set by memory here: the bodies of all calls in flight have a budget together, and a provider takes its
time. Arguments: our program, seconds of overload."""

import asyncio
import sys
import tempfile
import time
from collections import Counter

from caller import call, request
from gateway import Gateway, Upstream, all_descriptors, mb

# The gateway's budget for bodies, the size of one, and the seconds that the provider takes.
BUDGET, BODY, SLOW = 512 << 20, 4 << 20, 8
CAPACITY = BUDGET // BODY / SLOW


class Load:
    """Calls at a rate, whether or not the last was answered."""

    def __init__(self, gateway):
        self.gateway, self.body = gateway, request(gateway.key, False, f"slow-{SLOW}", BODY - 400)
        self.outcomes, self.good, self.unsaid = Counter(), [], 0

    async def one(self):
        try:
            answer = await call(self.gateway, self.body)
            await asyncio.wait_for(answer.ended, 120)
        except Exception as error:
            self.outcomes[type(error).__name__] += 1
            return
        self.outcomes[answer.status] += 1
        if answer.status == 200:
            self.good.append(time.monotonic())
        elif answer.header("retry-after") is None:
            self.unsaid += 1

    async def run(self, rate, seconds):
        """Returns the good answers a second, once the provider answers at all."""
        began, tasks = time.monotonic(), set()
        for n in range(int(rate * seconds)):
            await asyncio.sleep(max(0, began + n / rate - time.monotonic()))
            task = asyncio.create_task(self.one())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        end = time.monotonic()
        await asyncio.gather(*tasks)
        counted = [at for at in self.good if began + 1.5 * SLOW <= at <= end]
        return len(counted) / (end - began - 1.5 * SLOW)


async def measure(gateway, seconds):
    print(f"capacity      {CAPACITY:g} calls a second of {mb(BODY)} that take {SLOW} s", flush=True)
    calm = Load(gateway)
    peak = await calm.run(CAPACITY * 0.9, max(30, seconds / 3))
    rss, _, _ = gateway.memory()
    print(f"at 0.9 of it  {peak:.1f} good answers a second, {dict(calm.outcomes)}, rss {mb(rss)}", flush=True)
    hard = Load(gateway)
    watching, samples = True, []

    async def watch():
        while watching:
            await asyncio.sleep(1)
            samples.append(gateway.memory()[0])

    watcher = asyncio.create_task(watch())
    good = await hard.run(CAPACITY * 3, seconds)
    watching = False
    await watcher
    third = len(samples) // 3
    early, late = max(samples[third : 2 * third]), max(samples[2 * third :])
    print(f"at 3 times    {good:.1f} good answers a second, {dict(hard.outcomes)}", flush=True)
    print(f"memory        {mb(early)} at most in the second third, {mb(late)} in the last", flush=True)
    after = Load(gateway)
    again = await after.run(CAPACITY * 0.9, 30)
    print(f"then again    {again:.1f} good answers a second, {dict(after.outcomes)}", flush=True)
    wrong = []
    if good < 0.8 * peak:
        wrong.append(f"{good:.1f} good answers a second are less than 80 % of {peak:.1f}")
    others = {it: n for it, n in hard.outcomes.items() if it not in (200, 429, 503)}
    if others:
        wrong.append(f"neither answered nor turned away: {others}")
    if hard.unsaid or calm.unsaid:
        wrong.append(f"{hard.unsaid + calm.unsaid} refusals without retry-after")
    if late > early * 1.1:
        wrong.append(f"the memory grew from {mb(early)} to {mb(late)}")
    if set(after.outcomes) != {200}:
        wrong.append("calls are refused after the overload")
    if wrong:
        sys.exit("\n".join(wrong))


def main():
    program, seconds = sys.argv[1], float(sys.argv[2])
    all_descriptors()
    with tempfile.TemporaryDirectory() as folder:
        upstream = Upstream()
        gateway = Gateway(program, folder, upstream)
        try:
            asyncio.run(measure(gateway, seconds))
        finally:
            gateway.stop()
            upstream.stop()


main()
