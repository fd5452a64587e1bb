#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""The studio is killed with SIGKILL in the middle of work, three times, and started again: what was done more than a second before is
there, and can be undone. Also how much memory the idle studio holds.

    test-ui-recovery.py STUDIO SEXTANT TEMPLATES
"""
import os
import sys
import time

import desk
from studio import Studio

MEMORY_LIMIT = 150_000  # kB, with a small table open


def get_memory(process):
    """Resident kB, shared libraries included."""
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def main():
    program, sextant, templates = sys.argv[1:4]
    lacking = desk.missing()
    if lacking:
        print(f"1..0 # SKIP there is no {lacking}")
        return 0
    print("1..4")
    with desk.Desk(1920, 1080, {"SEXTANT_WORKER": sextant, "SEXTANT_DATA_DIR": templates}) as hands:
        folder = hands.home + "/work"
        os.mkdir(folder)
        for name in ("flowers.csv", "flowers.sextant"):
            with open(f"{templates}/projects/{name}", "rb") as source, open(f"{folder}/{name}", "wb") as copy:
                copy.write(source.read())
        project = folder + "/flowers.sextant"
        with open(project, "rb") as file:
            before = file.read()

        n_blocks = 5
        for number, (search, title) in enumerate([("skip and limit", "Skip and limit rows"), ("drop duplicates", "Drop duplicates"), ("sort rows", "Sort rows")], 1):
            studio = Studio(hands, program, [project])
            if number == 1:
                print(f"# window after {studio.seconds_to_window * 1000:.0f} ms")
            hands.wait(lambda: hands.find(studio.tree, "list", lambda name: name.startswith(f"{n_blocks} blocks")), f"{n_blocks} blocks")
            studio.add_block(search, title, 400, 500)
            n_blocks += 1
            hands.wait(lambda: hands.find(studio.tree, "list", lambda name: name.startswith(f"{n_blocks} blocks")), f"{n_blocks} blocks")
            time.sleep(1.0)  # what is promised: nothing older than a second is lost
            memory = get_memory(studio.process)
            studio.process.kill()
            studio.process.wait()
            print(f"ok {number} - “{title}” outlives kill -9" if number == 1 else f"ok {number} - and “{title}”", flush=True)
        studio = Studio(hands, program, [project])
        hands.wait(lambda: hands.find(studio.tree, "list", lambda name: name.startswith(f"{n_blocks} blocks")), "all that was added")
        with open(project, "rb") as file:
            if file.read() != before:
                print("Bail out! the project's file was written without being asked for")
                return 1
        print(f"# memory {memory / 1000:.0f} MB")
        print("ok" if memory < MEMORY_LIMIT else "not ok", "4 - the studio with a table holds less than 150 MB")
        hands.picture("recovered")
    return 0


if __name__ == "__main__":
    sys.exit(main())
