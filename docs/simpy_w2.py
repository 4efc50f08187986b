#!/usr/bin/python3
"""The autoscaled fleet of docs/performance.md in SimPy's documented idiom, a process a request, timed in turn with Headroom.

    apt-get install python3-simpy3        # SimPy 3.0.11 on Debian 12 (python3-simpy is SimPy 2)
    /usr/bin/python3 docs/simpy_w2.py     # in the repository

Instances of four slots with own first-come queues behind least outstanding; Poisson arrivals at a daily wave, held for each
second; lognormal services of mean 0.25 s and variation 1; every minute ceil(ready * utilisation / 0.7) instances in 2..200;
120 s until a new one is ready, removed ones drain. Headroom lives the same fleet by BenchmarkFleet of internal/kernel.
"""

import math
import os
import random
import re
import statistics
import subprocess
import tempfile
import time

import simpy

SLOTS, START, MOST, TARGET = 4, 90, 200, 0.7
SIGMA = math.sqrt(math.log(2))
MEDIAN = 0.25 * math.exp(-SIGMA * SIGMA / 2)


class Instance:
    def __init__(self, env):
        self.slots = simpy.Resource(env, capacity=SLOTS)
        self.held = 0


class Fleet:
    def __init__(self, env, seed):
        self.env, self.random = env, random.Random(seed)
        self.ready = [Instance(env) for _ in range(START)]
        self.coming = 0
        self.busy, self.area, self.since = 0, 0.0, 0.0
        self.latencies = []

    def change(self, d):
        self.area += self.busy * (self.env.now - self.since)
        self.since = self.env.now
        self.busy += d

    def request(self):
        born = self.env.now
        instance = min(self.ready, key=lambda i: i.held)
        instance.held += 1
        with instance.slots.request() as slot:
            yield slot
            self.change(1)
            yield self.env.timeout(MEDIAN * math.exp(SIGMA * self.random.gauss(0, 1)))
            self.change(-1)
        instance.held -= 1
        self.latencies.append(self.env.now - born)

    def arrivals(self):
        while True:
            second = math.floor(self.env.now)
            rate = 1000 * (1 + 0.8 * math.sin(2 * math.pi * second / 86400))
            gap = self.random.expovariate(rate)
            if self.env.now + gap >= second + 1:  # the next second has its own rate; an exponential forgets
                yield self.env.timeout(second + 1 - self.env.now)
                continue
            yield self.env.timeout(gap)
            self.env.process(self.request())

    def launch(self, n):
        yield self.env.timeout(120)
        self.coming -= n
        self.ready += [Instance(self.env) for _ in range(n)]

    def control(self):
        last = 0.0
        while True:
            yield self.env.timeout(60)
            self.change(0)
            busy, last = (self.area - last) / 60, self.area
            want = min(max(math.ceil(busy / SLOTS / TARGET), 2), MOST)
            more = want - len(self.ready) - self.coming
            if more > 0:
                self.coming += more
                self.env.process(self.launch(more))
            elif more < 0:
                del self.ready[len(self.ready) + more:]


def simpy_run(seed, seconds):
    """Nanoseconds of processor time a request, and the latencies."""
    begin = time.process_time()
    env = simpy.Environment()
    fleet = Fleet(env, seed)
    env.process(fleet.arrivals())
    env.process(fleet.control())
    env.run(until=seconds)
    return (time.process_time() - begin) * 1e9 / len(fleet.latencies), sorted(fleet.latencies)


def headroom_run(binary):
    out = subprocess.run([binary, "-test.run", "xxx", "-test.bench", "BenchmarkFleet$", "-test.benchtime", "5x"],
                         check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) cpu-ns/unit", out).group(1))


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "kernel.test")
        subprocess.run(["go", "test", "-c", "-o", binary, "./internal/kernel"], cwd=root, check=True)
        ratios, ours, theirs, latencies = [], [], [], []
        for seed in range(5):
            a = headroom_run(binary)
            b, latencies = simpy_run(seed, 180)
            ratios.append(b / a)
            ours.append(a)
            theirs.append(b)
    n = len(latencies)
    print(f"SimPy {simpy.__version__}: p50 {latencies[n // 2]:.3f} s, p99 {latencies[n * 99 // 100]:.2f} s of {n} requests")
    print(f"ns a request, medians: SimPy {statistics.median(theirs):.0f}, Headroom {statistics.median(ours):.0f}")
    print(f"Headroom is {statistics.median(ratios):.0f} times as fast (median of {len(ratios)} pairs, "
          f"{min(ratios):.0f} to {max(ratios):.0f})")


if __name__ == "__main__":
    main()
