# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""A desk of its own for a test: an X server, a session bus, the accessibility bus, and hands.

Real events go in through xdotool; what is on the screen is read through AT-SPI, as a screen reader reads it, so that a test names
widgets by role and label and never by position. Nothing sleeps for luck: each wait is for something to be there.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NEEDED = ["Xvfb", "xdotool", "dbus-daemon", "import"]


class Timeout(Exception):
    pass


def missing():
    """The first thing that this machine lacks for such a test, or None."""
    for tool in NEEDED:
        if shutil.which(tool) is None:
            return tool
    if not os.path.exists("/usr/libexec/at-spi-bus-launcher"):
        return "at-spi-bus-launcher"
    try:
        import gi

        gi.require_version("Atspi", "2.0")
    except (ImportError, ValueError):
        return "gir1.2-atspi-2.0"
    return None


class Desk:
    def __init__(self, width=1280, height=800, environment=None):
        self.home = tempfile.mkdtemp(prefix="sextant-ui-")
        self.processes = []
        self.border = 0
        read, write = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"],
                   environment=os.environ.copy(), keep=[write])
        os.close(write)
        display = b""
        while not display.endswith(b"\n"):
            part = os.read(read, 16)
            if not part:
                raise RuntimeError("Xvfb did not start")
            display += part
        os.close(read)
        self.environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith(("XDG_", "LC_", "LANG", "DBUS_", "GTK_", "GDK_", "WAYLAND"))
        }
        self.environment.update(
            DISPLAY=":" + display.decode().strip(), HOME=self.home, XDG_DATA_HOME=self.home + "/data", XDG_CONFIG_HOME=self.home + "/config",
            XDG_CACHE_HOME=self.home + "/cache", XDG_STATE_HOME=self.home + "/state", XDG_RUNTIME_DIR=self.home, LC_ALL="C.UTF-8",
            GSK_RENDERER="cairo", GDK_BACKEND="x11", GSETTINGS_BACKEND="memory", NO_AT_BRIDGE="0", GTK_A11Y="atspi")
        self.environment.update(environment or {})
        bus = subprocess.run(["dbus-daemon", "--session", "--fork", "--print-address=1", "--print-pid=1"], env=self.environment, check=True,
                             capture_output=True, text=True).stdout.split()
        self.bus_pid = int(bus[1])
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus[0]
        self.start(["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.environ.update({key: self.environment[key] for key in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME")})
        self.atspi = None

    def start(self, command, environment=None, keep=(), **options):
        """Starts a process that ends with the desk."""
        process = subprocess.Popen(command, env=environment or self.environment, pass_fds=keep, **options)
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        os.kill(self.bus_pid, signal.SIGTERM)
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if exception[0] is not None:
            self.picture("failure")
        self.close()

    # ---- hands ----

    def xdo(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, capture_output=True, text=True).stdout

    def key(self, *keys):
        self.xdo("key", "--delay", 30, *keys)

    def type(self, text):
        self.xdo("type", "--delay", 15, text)

    def click(self, x, y, button=1, count=1):
        self.xdo("mousemove", int(x), int(y), "sleep", "0.05", "click", "--repeat", count, "--delay", 60, button)

    def drag(self, x1, y1, x2, y2, steps=12):
        """Press, move in steps as a hand does (toolkits start a drag only after some way), release."""
        words = ["mousemove", int(x1), int(y1), "sleep", "0.1", "mousedown", "1", "sleep", "0.1"]
        for i in range(1, steps + 1):
            words += ["mousemove", int(x1 + (x2 - x1) * i / steps), int(y1 + (y2 - y1) * i / steps), "sleep", "0.04"]
        words += ["sleep", "0.25", "mouseup", "1"]
        self.xdo(*words)

    def wait_window(self, pattern, seconds=20):
        return self.wait(lambda: self.find_window(pattern), f"a window “{pattern}”", seconds)

    def find_window(self, pattern):
        return next(iter(self.list_windows(pattern)), None)

    def list_windows(self, pattern="."):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", pattern], env=self.environment, capture_output=True, text=True)
        return set(found.stdout.split())

    def picture(self, name):
        """A picture of the whole screen, into $SX_UI_PICTURES where that is set."""
        folder = os.environ.get("SX_UI_PICTURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], env=self.environment, check=False)

    # ---- eyes ----

    def wait(self, question, what, seconds=20):
        """The first true answer to @question within @seconds."""
        end = time.monotonic() + seconds
        while True:
            answer = question()
            if answer:
                return answer
            if time.monotonic() > end:
                raise Timeout(f"waited {seconds} s for {what}")
            time.sleep(0.05)

    def application(self, process):
        """What the accessibility bus shows of @process, or None while there is nothing."""
        if self.atspi is None:
            import gi

            gi.require_version("Atspi", "2.0")
            from gi.repository import Atspi

            self.atspi = Atspi
            Atspi.init()
            Atspi.set_timeout(2000, 10000)
        desktop = self.atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == process.pid:
                return child
        return None

    def walk(self, node):
        """@node and everything in it, depth first, but for the cells of tables; what vanishes meanwhile is left out."""
        stack = [node]
        while stack:
            one = stack.pop()
            if one is None:
                continue
            yield one
            try:
                if one.get_role_name() == "tree table":
                    continue
                stack += [one.get_child_at_index(i) for i in reversed(range(min(one.get_child_count(), 400)))]
            except Exception:
                continue

    def is_showing(self, node):
        """Has @node a size? (GTK 4.8 does not tell the state “showing”.)"""
        extents = node.get_extents(self.atspi.CoordType.WINDOW)
        return extents.width > 0 and extents.height > 0

    def find(self, root, role=None, name=None, showing=True):
        """The first node of that role and name (a text, or a function of it)."""
        for node in self.walk(root):
            try:
                if role is not None and node.get_role_name() != role:
                    continue
                if name is not None and not (name(node.get_name() or "") if callable(name) else node.get_name() == name):
                    continue
                if not showing or self.is_showing(node):
                    return node
            except Exception:
                continue
        return None

    def wait_for(self, root, role=None, name=None, seconds=20):
        return self.wait(lambda: self.find(root, role, name), f"{role or 'something'} “{name}”", seconds)

    def find_all(self, root, role, showing=True):
        """Every node of that role."""
        found = []
        for node in self.walk(root):
            try:
                if node.get_role_name() == role and (not showing or self.is_showing(node)):
                    found.append(node)
            except Exception:
                continue
        return found

    def place(self, node):
        """The rectangle of @node on the screen: x, y, width, height. GTK counts from its window's inside, the border left out."""
        extents = node.get_extents(self.atspi.CoordType.WINDOW)
        return extents.x + self.border, extents.y + self.border, extents.width, extents.height

    def middle(self, node):
        x, y, width, height = self.place(node)
        return x + width / 2, y + height / 2

    def press(self, node):
        self.click(*self.middle(node))


def dump(desk, root, depth=0, out=sys.stderr):
    """The tree as text, for whoever writes a test."""
    try:
        place = tuple(map(round, desk.place(root)))
    except Exception:
        place = ""
    print("  " * depth, root.get_role_name(), repr(root.get_name()), place, file=out)
    for i in range(min(root.get_child_count(), 100)):
        child = root.get_child_at_index(i)
        if child is not None:
            dump(desk, child, depth + 1, out)
