#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""What bench-verbs.c does, with pandas, on the same tables: the yardstick. Needs python3-pandas; no test calls it."""

import sys
import time

import numpy as np
import pandas as pd


def draw(n, stream):
    with np.errstate(over="ignore"):
        z = (np.arange(n, dtype=np.uint64) * np.uint64(4) + np.uint64(stream)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def measure(name, n, work):
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    places = np.arange(1, len(result) + 1) % 1009
    total = (result.iloc[:, -1].to_numpy(dtype=float) * places).sum()
    print(f"verb name={name} rows={n} cpu_s={seconds:.3f} result_rows={len(result)} sum={total:.6g}", flush=True)


for n in [int(text) for text in sys.argv[1:]] or [1000000, 10000000]:
    texts = np.array([f"text {i:03d}" for i in range(1000)], dtype=object)
    left = pd.DataFrame({
        "id": (draw(n, 0) % np.uint64(n // 10)).astype(np.int64),
        "text": texts[(draw(n, 1) % np.uint64(1000)).astype(np.int64)],
        "x": (draw(n, 2) >> np.uint64(11)).astype(float) * 2.0**-53,
        "y": (draw(n, 3) >> np.uint64(11)).astype(float) * 2.0**-53,
    })
    right = pd.DataFrame({"id": np.arange(n // 10 - 1, -1, -1), "z": np.arange(n // 10, dtype=float)})
    figures = {"s": ("x", "sum"), "m": ("y", "mean"), "n": ("x", "count")}
    measure("filter", n, lambda: left[(left.x > 0.5) & (left.y < 0.8)])
    measure("sort-number", n, lambda: left.sort_values("x"))
    measure("sort-text-id", n, lambda: left.sort_values(["text", "id"], kind="stable"))
    measure("group-id", n, lambda: left.groupby("id", sort=False).agg(**figures).reset_index())
    measure("group-text", n, lambda: left.groupby("text", sort=False).agg(**figures).reset_index())
    measure("join", n, lambda: left.merge(right, on="id", how="left"))
