#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""Writes the tables of test-blocks-pandas and what each verb must make of them, as pandas 1.5.3 and numpy have it. No test calls it: run it by hand
after a change, with Debian's python3-pandas."""

import csv
import os

import numpy as np
import pandas as pd

os.chdir(os.path.dirname(os.path.abspath(__file__)))
rng = np.random.default_rng(20240229)


def write(name, frame):
    frame = frame.copy()
    for column in frame.columns:
        if str(frame[column].dtype).startswith("datetime"):
            frame[column] = frame[column].dt.strftime("%Y-%m-%d")
    frame.to_csv(name + ".csv", index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")


# ---- the tables ----

shops = ['Rossi, "da Mario"', "two\nlines", "Zürich", "zebra", "Zebra"]
n = 160
sales = pd.DataFrame({
    "shop": rng.choice(np.array(shops + [None], dtype=object), n, p=[0.25, 0.2, 0.2, 0.15, 0.15, 0.05]),
    "day": pd.Timestamp("2023-12-20") + pd.to_timedelta(rng.integers(0, 40, n), unit="D"),
    "price": np.where(rng.random(n) < 0.15, np.nan, np.round(rng.normal(20, 8, n), 3)),
    "amount": pd.array(np.where(rng.random(n) < 0.1, None, rng.integers(0, 6, n)), dtype="Int64"),
    "size": rng.choice(["S", "M", "L"], n),
})
sales.loc[rng.random(n) < 0.05, "day"] = pd.NaT
write("sales", sales)
places = pd.DataFrame({
    "shop": ["Zebra", "zebra", 'Rossi, "da Mario"', "closed", "Zebra", None],
    "city": ["Bern", "Ulm", "Roma", "Paris", "Graz", "Nowhere"],
    "since": pd.to_datetime(["2020-02-29", "2021-01-01", None, "1999-12-31", "2022-05-05", "2000-01-01"]),
})
write("places", places)
rates = pd.DataFrame({
    "day": pd.Timestamp("2023-12-18") + pd.to_timedelta([0, 3, 3, 9, 15, 16, 30], unit="D"),
    "rate": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6],
})
write("rates", rates)

# ---- rows ----

write("sort", sales.sort_values(["size", "price"], ascending=[False, True], kind="stable"))
write("distinct", sales.drop_duplicates(["shop", "size"]))
write("distinct-last", sales.drop_duplicates(["shop", "size"], keep="last"))
write("distinct-none", sales.drop_duplicates(["shop", "size", "amount"], keep=False))
write("limit", sales.iloc[7:27])
write("limit-end", sales.iloc[-27:-7])
write("union", pd.concat([sales, rates, sales], ignore_index=True))

# ---- groups ----

groups = sales.groupby("shop", sort=False, dropna=False)
write("group", groups.agg(
    n=("size", "size"), prices=("price", "count"), sizes=("amount", "nunique"), total=("price", "sum"), mean=("price", "mean"),
    median=("price", "median"), sd=("price", "std"), var=("price", "var"), least=("price", "min"), most=("amount", "max"),
    q=("price", lambda x: x.quantile(0.9)), start=("day", "min"), end=("day", "max"), first=("price", "first"), last=("price", "last"),
).reset_index())
named = sales.assign(shop=sales["shop"].fillna("(none)"))
wide = named.pivot_table(index="shop", columns="size", values="price", aggfunc="mean", dropna=False)
write("pivot", wide.reindex(named["shop"].drop_duplicates())[["L", "M", "S"]].reset_index().replace("(none)", None))
melted = sales.assign(row=np.arange(n)).melt(id_vars=["shop", "day", "size", "row"], value_vars=["price", "amount"], var_name="what", value_name="number")
melted = melted.sort_values(["row"], kind="stable").reset_index(drop=True)
write("unpivot", melted[["shop", "day", "size", "what", "number"]])
write("unpivot-present", melted.dropna(subset=["number"])[["shop", "day", "size", "what", "number"]])

# ---- joins ----

left, right = sales.dropna(subset=["shop"]), places.dropna(subset=["shop"])
inner = left.reset_index().merge(right, on="shop").sort_values("index", kind="stable").drop(columns="index")
write("join-inner", inner)
outer = sales.merge(right, on="shop", how="left")
write("join-left", outer)
lost = places[~places["shop"].isin(left["shop"]) | places["shop"].isna()]
write("join-full", pd.concat([outer, lost], ignore_index=True))
write("join-right", pd.concat([inner, lost], ignore_index=True))
write("join-semi", left[left["shop"].isin(right["shop"])])
write("join-anti", sales[~sales["shop"].isin(right["shop"])])
for direction in ["backward", "forward", "nearest"]:
    known = sales.dropna(subset=["day"]).reset_index()
    near = pd.merge_asof(known.sort_values("day", kind="stable"), rates, on="day", direction=direction, tolerance=pd.Timedelta(days=5))
    # Of equal days pandas takes the last looking back and the first looking ahead.
    result = sales.assign(**{"day (right)": pd.NaT, "rate": np.nan})
    result.loc[near["index"], "rate"] = near["rate"].to_numpy()
    result["day (right)"] = result["rate"].map(dict(zip(rates["rate"], rates["day"])))
    write("join-" + direction, result)

# ---- windows ----

ordered = sales.reset_index().sort_values(["day", "index"], kind="stable")
by = ordered.groupby("shop", sort=False, dropna=False)["price"]


def back(series):
    return series.reset_index(level=0, drop=True) if series.index.nlevels > 1 else series


window = sales.copy()
window["lag"] = by.shift(1)
window["lead"] = by.shift(-2)
window["difference"] = by.diff(1)
window["change"] = by.pct_change(1, fill_method=None)
window["place"] = by.cumcount() + 1
window["sum4"] = by.transform(lambda x: x.rolling(4, min_periods=1).sum())
window["mean7"] = by.transform(lambda x: x.rolling(7, min_periods=1).mean())
window["sd5"] = by.transform(lambda x: x.rolling(5, min_periods=1).std())
window["median6"] = by.transform(lambda x: x.rolling(6, min_periods=1).median())
window["min3"] = by.transform(lambda x: x.rolling(3, min_periods=1).min())
window["max"] = by.transform(lambda x: x.expanding().max())
window["total"] = by.transform(lambda x: x.expanding().sum())
write("window", window)
before = sales.copy()
before["mean3"] = by.transform(lambda x: x.shift(1).rolling(3, min_periods=2).mean())
before["so far"] = by.transform(lambda x: x.shift(1).expanding(min_periods=2).mean())
write("window-before", before)

# ---- gaps ----

for name, fill in [("forward", lambda x: x.ffill()), ("backward", lambda x: x.bfill(limit=1)), ("interpolate", lambda x: x.interpolate(limit_area="inside"))]:
    filled = sales.copy()
    filled["price"] = by.transform(fill)
    write("fill-" + name, filled)

# ---- what is learned: measured on one table, applied to another ----


def draw(n, gaps):
    x = rng.normal(0, 1, n)
    frame = pd.DataFrame({
        "a": np.round(np.exp(x), 4),
        "b": np.round(3 * x + rng.normal(0, 0.05, n), 4),
        "c": rng.integers(0, 4, n).astype(float),
        "d": np.round(rng.uniform(-5, 5, n), 4),
        "y": np.round(2 * x + rng.normal(0, 1, n), 4),
        "kind": rng.choice(np.array(["red", "green", 'bl"ue'], dtype=object), n),
    })
    for column in ["a", "d", "kind"]:
        frame.loc[rng.random(n) < gaps, column] = np.nan
    return frame


numbers, others = draw(120, 0.1), draw(30, 0.2)
others.loc[0, ["a", "b", "c", "d"]] = [1e6, -1e6, 99.0, -99.0]
others.loc[1, "kind"] = "unseen"
write("numbers", numbers)
write("others", others)
features = ["a", "b", "c", "d"]


def applied(change):
    result = others.copy()
    for name in features:
        result[name] = change(result[name], numbers[name].dropna().to_numpy())
    return result


write("impute-mean", applied(lambda x, t: x.fillna(t.mean())).assign(kind=others["kind"].fillna(numbers["kind"].mode()[0])))
write("impute-median", applied(lambda x, t: x.fillna(np.median(t))).assign(kind=others["kind"].fillna(numbers["kind"].mode()[0])))
write("scale-standard", applied(lambda x, t: (x - t.mean()) / t.std()))
write("scale-min-max", applied(lambda x, t: (x - t.min()) / (t.max() - t.min())))
write("scale-robust", applied(lambda x, t: (x - np.median(t)) / (np.quantile(t, 0.75) - np.quantile(t, 0.25))))


def bins(x, edges):
    return pd.Series(np.digitize(x, edges).astype(float), x.index).where(x.notna())


def quantile_edges(t, n):
    edges = np.unique(np.quantile(t, np.arange(1, n) / n))
    return edges[edges > t.min()]


write("bin-quantile", applied(lambda x, t: bins(x, quantile_edges(t, 6))))
write("bin-width", applied(lambda x, t: bins(x, t.min() + (t.max() - t.min()) * np.arange(1, 4) / 4)))
write("bin-edges", applied(lambda x, t: bins(x, [0.5, 2.0])))
write("clip-quantile", applied(lambda x, t: x.clip(np.quantile(t, 0.05), np.quantile(t, 0.95))))


def fences(t):
    low, high = np.quantile(t, [0.25, 0.75])
    return low - 1.5 * (high - low), high + 1.5 * (high - low)


write("clip-quartiles", applied(lambda x, t: x.clip(*fences(t))))
write("clip-deviations", applied(lambda x, t: x.clip(t.mean() - 2 * t.std(), t.mean() + 2 * t.std())))

whole = numbers[features].dropna()
center, spread = whole.mean(), whole.std(ddof=0)
_, values, vectors = np.linalg.svd((whole - center) / spread, full_matrices=False)
vectors *= np.sign(vectors[np.arange(4), np.abs(vectors).argmax(axis=1)])[:, None]
components = pd.DataFrame(((others[features] - center) / spread).to_numpy() @ vectors.T, columns=[f"component {i + 1}" for i in range(4)])
write("pca", pd.concat([others[["y", "kind"]], components.iloc[:, :3]], axis=1))
shares = np.cumsum(values**2) / np.sum(values**2)
write("pca-share", pd.concat([others[["y", "kind"]], components.iloc[:, : int(np.searchsorted(shares, 0.7)) + 1]], axis=1))

strength = numbers[features].corrwith(numbers["y"]).abs().sort_values(ascending=False)
write("select-target", others[[name for name in others.columns if name in strength.index[:2] or name in ["y", "kind"]]])
related = numbers[features + ["y"]].corr().abs()
kept = []
for name in features + ["y"]:
    if all(related.loc[name, other] <= 0.7 for other in kept):
        kept.append(name)
write("select-redundant", others[kept + ["kind"]])

means = numbers.groupby("kind")["y"].agg(["sum", "count"])
coded = (means["sum"] + 10 * numbers["y"].mean()) / (means["count"] + 10)
write("encode-target", others.assign(kind=others["kind"].map(coded).fillna(numbers["y"].mean())))
write("encode-count", others.assign(kind=others["kind"].map(numbers["kind"].value_counts() / len(numbers)).fillna(0).where(others["kind"].notna(), numbers["kind"].isna().mean())))
