# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""tune --stdio: the dialogue with a program."""

import json
import math
import os
import signal
import subprocess

import harness
from harness import bad, expect, good, same, write

SPACE = """
space:
  x: {type: float, low: -5, high: 10}
  y: {type: float, low: 0, high: 15}
  kind: {type: category, choices: [plain, fancy]}
  n: {type: int, low: 1, high: 4, when: {kind: fancy}}
"""


class Dialogue:
    def __init__(self, *arguments, space=SPACE):
        write("space.yaml", space)
        self.process = subprocess.Popen([harness.PROGRAM, "tune", "--space", "space.yaml", "--stdio", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("no answer: %r" % self.process.stderr.read())
        return json.loads(line)

    def say(self, **line):
        self.process.stdin.write((json.dumps(line) + "\n").encode())
        self.process.stdin.flush()

    def end(self):
        """What is left to hear; the status must be 0."""
        out, err = self.process.communicate(timeout=60)
        same((self.process.returncode, err), (0, b""))
        return out


def branin(params):
    x, y = params["x"], params["y"]
    value = (y - 5.1 / (4 * math.pi ** 2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10
    return value + (0 if params["kind"] == "plain" else params["n"])


def search(n_trials, *arguments):
    dialogue = Dialogue(*arguments)
    seen = []
    for number in range(1, n_trials + 1):
        line = dialogue.hear()
        same(line["trial"], number)
        same(set(line["params"]), {"x", "y", "kind"} | ({"n"} if line["params"]["kind"] == "fancy" else set()))
        seen.append((branin(line["params"]), line["params"]))
        dialogue.say(trial=number, value=seen[-1][0])
    dialogue.hear()
    dialogue.say(best=True)
    best = dialogue.hear()["best"]
    same((best["value"], best["params"]), min(seen, key=lambda s: s[0]))
    same(dialogue.end(), b"")
    return seen


def test_it_finds_the_optimum():
    """The minimum of Branin's function is 0.397887; chance does not come so near in as many trials."""
    seen = search(40, "--seed", "3")
    expect(min(seen, key=lambda s: s[0])[0] < 0.45, min(seen, key=lambda s: s[0]))
    expect(min(search(40, "--seed", "3", "--random"), key=lambda s: s[0])[0] > 0.45, "random search was lucky; take another seed")


def test_a_seed_repeats():
    same(search(12, "--seed", "5"), search(12, "--seed", "5"))
    expect(search(3, "--seed", "5") != search(3, "--seed", "6"), "the seed changes nothing")


def test_asking():
    dialogue = Dialogue("--batch")
    dialogue.say(ask=3)
    same([dialogue.hear()["trial"] for _ in range(3)], [1, 2, 3])
    dialogue.say(trial=2, value=1)
    dialogue.say(trial=1, state="failed")
    dialogue.say(trial=3, value=2, state="pruned")
    dialogue.say(best=True)
    same(dialogue.hear()["best"]["trial"], 2)
    dialogue.say(ask=1)
    same(dialogue.hear()["trial"], 4)
    same(dialogue.end(), b"")


def test_asking_ends_suggestions_of_its_own():
    dialogue = Dialogue()
    same(dialogue.hear()["trial"], 1)
    dialogue.say(ask=1)
    same(dialogue.hear()["trial"], 2)
    dialogue.say(trial=1, value=1)
    dialogue.say(trial=2, value=1)
    same(dialogue.end(), b"")


def test_own_trials():
    dialogue = Dialogue()
    same(dialogue.hear()["trial"], 1)
    dialogue.say(params={"x": 3.14159, "y": 2.275, "kind": "plain"}, value=0.4)
    dialogue.say(best=True)
    same(dialogue.hear(), {"best": {"trial": 2, "params": {"x": 3.14159, "y": 2.275, "kind": "plain"}, "value": 0.4}})
    dialogue.say(trial=1, value=50)
    same(dialogue.hear()["trial"], 3)
    same(dialogue.end(), b"")


def test_no_best_yet():
    dialogue = Dialogue()
    dialogue.hear()
    dialogue.say(best=True)
    same(dialogue.hear(), {"best": None})
    dialogue.end()


def test_pruning():
    """Eight good trials, then one whose values are worse at every step: it is stopped."""
    dialogue = Dialogue("--batch")
    dialogue.say(ask=9)
    trials = [dialogue.hear()["trial"] for _ in range(9)]
    answers = {}
    for trial in trials:
        for step in (1, 3, 9, 27):
            dialogue.say(trial=trial, step=step, value=1 / step + (100 if trial == 9 else trial / 100))
            answer = dialogue.hear()
            same((answer["trial"], set(answer)), (trial, {"trial", "prune"}))
            answers[trial, step] = answer["prune"]
    expect(any(answers[9, step] for step in (1, 3, 9, 27)), answers)
    expect(not any(answers[1, step] for step in (1, 3, 9, 27)), answers)
    dialogue.end()


def test_a_finite_space_ends():
    dialogue = Dialogue(space="space:\n  a: {type: int, low: 1, high: 2}\n")
    seen = set()
    for trial in (1, 2):
        line = dialogue.hear()
        seen.add(line["params"]["a"])
        dialogue.say(trial=trial, value=line["params"]["a"])
    same(seen, {1, 2})
    same(dialogue.hear(), {"exhausted": True})
    same(dialogue.end(), b"")


def test_portfolio():
    dialogue = Dialogue(space=SPACE + "portfolio:\n  - {x: 1, y: 2, kind: fancy, n: 3}\n  - {x: 2}\n")
    same(dialogue.hear()["params"], {"x": 1, "y": 2, "kind": "fancy", "n": 3})
    dialogue.say(trial=1, value=4)
    same(dialogue.hear()["params"]["x"], 2)
    dialogue.end()
    write("space.yaml", SPACE + "portfolio:\n  - {x: 100}\n")
    bad(2, "space.yaml:8:5: Parameter “x”: 100 is not a number from -5 to 10.", "tune", "--space", "space.yaml", "--stdio")


def test_a_topology_is_a_space():
    dialogue = Dialogue(space=(harness.SOURCE / "templates/topologies/trees.yaml").read_text())
    expect("depth" in dialogue.hear()["params"], "no depth")
    dialogue.end()


def test_what_means_nothing():
    write("space.yaml", SPACE)
    for line, message in (
            ("{", "line 1: "),
            ("[1]", "line 1: "),
            ("3", "line 1: "),
            ("{}", "line 1: One of “trial”, “params”, “ask” and “best” is needed."),
            ('{"trial": 7, "value": 1}', "line 1: There is no trial 7."),
            ('{"trial": 1.5, "value": 1}', "There is no trial 1.5."),
            ('{"trial": "a", "value": 1}', "“trial” must be a number."),
            ('{"trial": 1}', "A trial that has not failed needs a “value”."),
            ('{"trial": 1, "value": "low"}', "“value” must be a number."),
            ('{"trial": 1, "state": "lost"}', "“state” must be done, failed or pruned."),
            ('{"trial": 1, "step": -1, "value": 1}', "A step needs a whole number and a value."),
            ('{"trial": 1, "step": 1}', "A step needs a whole number and a value."),
            ('{"ask": 0}', "“ask” must be from 1 to 1000."),
            ('{"ask": 1e9}', "“ask” must be from 1 to 1000."),
            ('{"params": 3, "value": 1}', "“params” must be an object."),
            ('{"params": {"z": 3}, "value": 1}', "The space has no parameter “z”."),
            ('{"params": {"x": 99}, "value": 1}', "Parameter “x”: 99 is not a number from -5 to 10."),
            ('{"params": ' * 9, "line 1: "),
            ('\n\n{"trial": 9, "value": 1}', "line 3: There is no trial 9."),
            ("[" * 300000, "line 1: "),
            ('{"' + "a" * 1100000, "line 1: The line is too long."),
            ('{"params": {"kind": "pl\\u0000ain"}, "value": 1}', "line 1: ")):
        result = harness.sextant("tune", "--space", "space.yaml", "--stdio", stdin=(line + "\n").encode())
        same(result.code, 2)
        expect(result.err.startswith("sextant: ") and message in result.err, (line[:80], result))


def test_bad_spaces():
    bad(2, "tune needs a search space: --space FILE.", "tune")
    bad(2, "Say --stdio", "tune", "--space", write("a.yaml", SPACE))
    for text, message in (("space: 3\n", "a.yaml:1:8: "), ("rooms: 3\n", "a.yaml:1:1: The file needs a mapping “space”"), ("space:\n  x: {type: float, low: 3, high: 1}\n", "a.yaml:2:"),
                          ("space: {a: &a [x], b: *a}\n", "a.yaml:1:"), ("", "a.yaml")):
        bad(2, message, "tune", "--stdio", "--space", write("a.yaml", text))
    bad(2, "nofile.yaml", "tune", "--stdio", "--space", "nofile.yaml")


def test_interrupt():
    dialogue = Dialogue()
    dialogue.hear()
    dialogue.process.send_signal(signal.SIGINT)
    same(dialogue.process.wait(timeout=30), 130)
    same(dialogue.process.communicate(), (b"", b"sextant: Cancelled.\n"))


harness.main(__name__)
