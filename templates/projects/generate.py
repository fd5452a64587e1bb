#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""Make the data of the sample projects: generate.py [FOLDER].

Nobody's data are in here: people, houses and flowers are drawn at random, with the dependencies that such data have in
reality, and with noise, so that no model can be right always. The same bytes every time: all that is used of Python's
generator is random(), whose numbers are promised to stay.
"""

import csv
import datetime
import math
import pathlib
import random
import sys


class Draw:
    """Random draws that depend on the seed alone, not on the version of Python."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def between(self, low, high):
        return low + (high - low) * self.random()

    def chance(self, p):
        return self.random() < p

    def normal(self, mean=0.0, sd=1.0):
        radius = math.sqrt(-2 * math.log(1 - self.random()))
        return mean + sd * radius * math.cos(2 * math.pi * self.random())

    def whole(self, mean):
        """Poisson, by multiplying uniform numbers (Knuth)."""
        limit, product, count = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            count += 1
        return count

    def choice(self, weighted):
        """One key of a mapping from key to weight."""
        at = self.random() * sum(weighted.values())
        for key, weight in weighted.items():
            at -= weight
            if at < 0:
                return key
        return key


def logistic(x):
    return 1 / (1 + math.exp(-x))


def gap(draw, p, value):
    return "" if draw.chance(p) else value


def churn(draw, n_rows=4000):
    """Customers of a telephone company, and who of them left within the quarter after the first of July 2023."""
    today = datetime.date(2023, 7, 1)
    plans = {"Basic": 35, "Plus": 30, "Family": 22, "Business": 13}
    prices = {"Basic": 14, "Plus": 26, "Family": 41, "Business": 58}
    yield ["customer", "joined", "age", "region", "plan", "contract", "payment", "monthly bill", "minutes", "gigabytes",
           "complaints", "late payments", "last call", "left"]
    for row in range(n_rows):
        plan = draw.choice(plans)
        contract = draw.choice({"monthly": 48, "one year": 31, "two years": 21})
        payment = draw.choice({"direct debit": 52, "card": 30, "transfer": 18})
        region = draw.choice({"North": 21, "East": 17, "South": 26, "West": 24, "Islands": 3})
        months = min(96, 1 + int(-28 * math.log(1 - draw.random())))
        joined = today - datetime.timedelta(days=int(30.4 * months + draw.between(0, 28)))
        age = int(min(91, max(18, draw.normal(39 if plan == "Basic" else 46, 14))))
        minutes = max(0, draw.normal(90 + 60 * (plan != "Basic") + 1.5 * (60 - age), 70))
        gigabytes = math.exp(draw.normal(1.1 + 0.5 * (plan in ("Plus", "Family")) - 0.018 * (age - 40), 0.7))
        bill = prices[plan] * draw.between(0.92, 1.08) + 0.03 * max(0, minutes - 180) + 0.9 * max(0, gigabytes - 8)
        complaints = draw.whole(0.35 + 0.5 * (region == "Islands"))
        late = draw.whole({"direct debit": 0.15, "card": 0.35, "transfer": 0.9}[payment])
        call = today - datetime.timedelta(days=int(-60 * math.log(1 - draw.random())))
        score = (-2.9
                 + {"monthly": 1.5, "one year": 0.1, "two years": -1.3}[contract]
                 + 1.0 * min(complaints, 3)
                 + 0.45 * min(late, 4)
                 + 0.055 * (bill - prices[plan] - 2)
                 + 1.3 * math.exp(-months / 7)
                 - 0.012 * (age - 42)
                 + (0.9 if minutes < 40 and gigabytes < 2 else 0)
                 + (0.8 if plan == "Business" and complaints > 0 else 0)
                 + draw.normal(0, 0.45))
        left = draw.chance(logistic(1.7 * (score + 1.5) - 1.75))
        yield ["C%05d" % (10000 + 7 * row), joined.isoformat(), gap(draw, 0.04, age), region, plan, contract,
               gap(draw, 0.02, payment), "%.2f" % bill, gap(draw, 0.03, "%.0f" % minutes), gap(draw, 0.03, "%.1f" % gigabytes),
               complaints, late, call.isoformat() if complaints > 0 or draw.chance(0.55) else "", "yes" if left else "no"]


def houses(draw, n_rows=3000):
    """Houses that were sold, and for how much."""
    districts = {"Harbour": 1.28, "Old Town": 1.42, "Garden Hill": 1.55, "Station": 0.96, "Mill Lane": 0.88, "Riverside": 1.18,
                 "New Fields": 0.92, "Quarry": 0.78, "Observatory": 1.21}
    worth = {"A": 1.09, "B": 1.05, "C": 1.0, "D": 0.97, "E": 0.93, "F": 0.88, "G": 0.84}
    yield ["sold", "district", "kind", "living area", "plot", "rooms", "built", "renovated", "energy class", "garage",
           "minutes to centre", "price"]
    for _ in range(n_rows):
        sold = datetime.date(2019, 1, 1) + datetime.timedelta(days=int(draw.between(0, 1642)))
        district = draw.choice(dict.fromkeys(districts, 1))
        kind = draw.choice({"flat": 45, "terraced": 33, "detached": 22})
        area = max(24, draw.normal({"flat": 74, "terraced": 112, "detached": 158}[kind], 26))
        plot = 0 if kind == "flat" else area * draw.between(1.2, 3.4) + (210 if kind == "detached" else 0)
        rooms = max(1, round(area / 27 + draw.normal(0, 0.7)))
        built = int(min(2022, 1905 + 117 * draw.random() ** 0.7))
        renovated = built + int(draw.between(12, 60)) if draw.chance(0.4) else None
        renovated = renovated if renovated is not None and renovated <= sold.year else None
        newest = max(built, renovated or 0)
        energy = "ABCDEFG"[min(6, max(0, int((2021 - newest) / 17 + draw.normal(0, 0.8))))]
        garage = draw.chance({"flat": 0.25, "terraced": 0.5, "detached": 0.85}[kind])
        minutes = max(3, draw.normal(38 - 17 * (districts[district] - 0.7), 7))
        price = (2350 * area * districts[district] * (1 - 0.0011 * max(0, area - 80))
                 * worth[energy] * {"flat": 1.0, "terraced": 1.04, "detached": 1.12}[kind]
                 + 95 * plot + 13500 * garage - 900 * (minutes - 25))
        price *= 1 + 0.055 * ((sold - datetime.date(2019, 1, 1)).days / 365.25)
        price *= (0.86 if newest < 1950 else 1.0) * math.exp(draw.normal(0, 0.12))
        yield [sold.isoformat(), district, kind, "%.0f" % area, "%.0f" % plot if kind != "flat" else "", rooms, built,
               renovated or "", gap(draw, 0.06, energy), "yes" if garage else "no", "%.0f" % minutes, int(round(price, -2))]


def flowers(draw, n_rows=450):
    """Three kinds of flowers that grow into one another a little."""
    kinds = {"alpine": (4.9, 3.3, 1.6, 0.4), "meadow": (6.0, 2.8, 4.2, 1.3), "marsh": (6.7, 3.0, 5.4, 1.9)}
    spread = (0.5, 0.4, 0.55, 0.3)
    yield ["sepal length", "sepal width", "petal length", "petal width", "kind"]
    for _ in range(n_rows):
        kind = draw.choice(dict.fromkeys(kinds, 1))
        size = draw.normal(0, 0.6)
        yield ["%.1f" % max(0.1, mean + sd * (0.6 * size + 0.8 * draw.normal())) for mean, sd in zip(kinds[kind], spread)] + [kind]


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    for seed, table in enumerate((churn, houses, flowers), 1):
        with open(folder / (table.__name__ + ".csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(table(Draw(seed)))


main()
