# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""Tests that run `sextant` as a user does, and print TAP.

A test is a function called test_…, in a file that ends with harness.main(__name__). Each runs in a new folder, with a home
of its own. $SEXTANT is the program.
"""

import inspect
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

PROGRAM = os.environ["SEXTANT"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = SOURCE / "templates" / "projects"
DATASETS = pathlib.Path(os.environ.get("SX_TEST_DATASETS", "/nonexistent"))


class Skip(Exception):
    pass


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return "exit %d\n--- stdout\n%s\n--- stderr\n%s" % (self.code, self.out[-3000:], self.err[-3000:])


def sextant(*arguments, stdin=None, **kwargs):
    """Runs the program to its end; output as text."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, timeout=120, **kwargs)
    return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def expect(condition, what):
    if not condition:
        raise AssertionError(str(what))


def good(*arguments, **kwargs):
    result = sextant(*arguments, **kwargs)
    expect(result.code == 0, "sextant %s: %r" % (" ".join(map(str, arguments)), result))
    return result


def bad(code, message, *arguments, **kwargs):
    """The program fails with this code, and says this, in one message that names it; nothing stands on standard output."""
    result = sextant(*arguments, **kwargs)
    where = "sextant %s: %r" % (" ".join(map(str, arguments)), result)
    expect(result.code == code, "not exit %d: %s" % (code, where))
    expect(result.err.startswith("sextant: "), where)
    expect(message in result.err, "no “%s”: %s" % (message, where))
    expect("CRITICAL" not in result.err and "WARNING" not in result.err, where)
    return result


def same(a, b):
    expect(a == b, "%.1000s is not %.1000s" % (repr(a), repr(b)))


def write(name, content):
    pathlib.Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def read(name):
    return pathlib.Path(name).read_bytes()


def run_test(function):
    folder = tempfile.mkdtemp(prefix="sextant-test-")
    before = os.getcwd()
    os.chdir(folder)
    os.environ["HOME"] = folder
    os.environ["XDG_DATA_HOME"] = folder + "/.local/share"
    try:
        function()
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def main(name):
    module = sys.modules[name]
    tests = [(key, value) for key, value in vars(module).items() if key.startswith("test_") and inspect.isfunction(value)]
    wanted = sys.argv[1:]
    print("1..%d" % len(tests))
    n_failed = 0
    for number, (key, function) in enumerate(tests, 1):
        if wanted and key not in wanted:
            continue
        try:
            begun = time.monotonic()
            run_test(function)
            print("ok %d - %s # %.1f s" % (number, key, time.monotonic() - begun))
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, key, reason))
        except Exception:
            n_failed += 1
            print("not ok %d - %s" % (number, key))
            print("".join("# %s\n" % line for line in traceback.format_exc().splitlines()))
        sys.stdout.flush()
    sys.exit(n_failed > 0)
