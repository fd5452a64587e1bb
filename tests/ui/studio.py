# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""The studio as a user handles it, on a Desk."""
import time

# From the top of an uncollapsed block to the dot of its first port, at zoom 1.
PORT_Y = 72


class Studio:
    def __init__(self, hands, program, arguments=(), size=(1920, 1080)):
        self.hands = hands
        started = time.monotonic()
        self.process = hands.start([program, *arguments])
        self.window = hands.wait_window("Sextant")
        self.seconds_to_window = time.monotonic() - started
        self.tree = hands.wait(lambda: hands.application(self.process), "the studio on the accessibility bus")
        hands.xdo("windowsize", "--sync", self.window, *size)
        frame = hands.wait_for(self.tree, "frame")
        # GTK leaves room for a shadow that no window manager here would draw.
        hands.border = hands.wait(lambda: self.measure_border(frame, size[0]), "the window's size")
        hands.xdo("windowfocus", self.window)

    def measure_border(self, frame, width):
        extents = frame.get_extents(self.hands.atspi.CoordType.WINDOW)
        border = (width - extents.width) / 2
        return border if 0 < border < 60 else None

    def canvas(self):
        return self.hands.wait_for(self.tree, "panel", "Canvas")

    def wait_block(self, title):
        return self.hands.wait_for(self.canvas(), "list item", title)

    def drop(self, drag_source, path):
        """Drags the file from a window of another program into the middle of this one."""
        hands = self.hands
        source = hands.start([drag_source, path])
        window = hands.wait_window("drag-source")
        shown = hands.wait(lambda: hands.application(source), "the source of the drag")
        hands.wait_for(shown, "label", "Drag me")
        hands.xdo("windowmove", "--sync", window, 20, 60)
        hands.xdo("windowraise", window)
        hands.drag(60, 100, 900, 500)
        # It stays until the desk closes, for the file is asked for only now; but out of the way.
        hands.xdo("windowmove", window, 1915, 1075)
        hands.xdo("windowfocus", self.window)

    def settle(self, node):
        """The place of @node once it moves no more."""
        last = None
        while True:
            place = self.hands.place(node)
            if place == last:
                return place
            last = place
            time.sleep(0.15)

    def move_block(self, block, x, y):
        """Drags @block by its title until its top left is at (x, y) of the canvas."""
        left, top, _, _ = self.hands.place(self.canvas())
        block_x, block_y, _, _ = self.settle(block)
        self.hands.drag(block_x + 150, block_y + 20, left + x + 150, top + y + 20)
        self.settle(block)

    def add_block(self, search, title, x, y):
        """Finds a block in the palette and drags it to (x, y) of the canvas."""
        hands = self.hands
        canvas = self.canvas()
        left, top, _, _ = hands.place(canvas)
        hands.press(hands.wait_for(self.tree, "entry", "Search blocks"))
        hands.key("ctrl+a")
        hands.type(search)
        item = hands.wait(lambda: self.find_in_palette(title), f"“{title}” in the palette")
        self.settle(item)
        hands.drag(*hands.middle(item), left + x + 100, top + y + 20)
        block = self.wait_block(title)
        self.settle(block)
        return block

    def find_in_palette(self, title):
        """The first item of the palette, once the search has brought @title there."""
        hands = self.hands
        left, top, _, _ = hands.place(self.canvas())
        for item in hands.find_all(self.tree, "list item"):
            x, y, _, _ = hands.place(item)
            if item.get_name() == title and x < left and y < top + 100:
                return item
        return None

    def link(self, block, other):
        """Drags from the first output of @block to the first input of @other."""
        x1, y1, width, _ = self.settle(block)
        x2, y2, _, _ = self.settle(other)
        self.hands.drag(x1 + width, y1 + PORT_Y, x2, y2 + PORT_Y)

    def choose_last(self, label, expected):
        """The last entry of the inspector's drop-down @label."""
        hands = self.hands
        box = hands.wait_for(self.tree, "combo box", label)
        self.settle(box)
        hands.press(box)
        hands.key("End", "Return")
        hands.wait(lambda: hands.find(box, "label", expected), f"“{expected}” chosen")

    def enter(self, label, text):
        """Types into the inspector's field @label."""
        hands = self.hands
        panel = hands.wait_for(self.tree, "panel", label)
        field = hands.find(panel, "spin button") or hands.find(panel, "text") or panel
        x, y, _, height = self.settle(field)
        hands.click(x + 30, y + height / 2, count=3)
        hands.key("ctrl+a")
        hands.type(text)
        hands.key("Tab")

    def answer_chooser(self, path, button="Save"):
        """Types @path into the file chooser that opens."""
        hands = self.hands
        chooser = hands.wait(lambda: next(iter(hands.list_windows() - self.windows), None), "a file chooser")
        hands.xdo("windowfocus", "--sync", chooser)
        hands.wait(lambda: hands.find(self.tree, "push button", lambda name: name.endswith(button)), "its button")
        hands.key("ctrl+a")
        hands.type(path)
        hands.key("Return")
        hands.wait(lambda: chooser not in hands.list_windows(), "the chooser to close")
        hands.xdo("windowfocus", self.window)

    def save_as(self, path):
        self.windows = self.hands.list_windows()
        self.hands.key("ctrl+shift+s")
        self.answer_chooser(path)

    def save_model(self, path):
        self.windows = self.hands.list_windows()
        self.hands.press(self.hands.wait_for(self.tree, "push button", "Save Model…"))
        self.answer_chooser(path)

    def export_onnx(self, path):
        hands = self.hands
        hands.press(hands.wait_for(self.tree, "push button", lambda name: name.endswith("Export")))
        item = hands.wait_for(self.tree, "menu item", "Export as ONNX…")
        self.windows = hands.list_windows()
        item.do_action(0)
        self.answer_chooser(path, "Export")

    def wait_result(self, seconds):
        self.hands.wait(lambda: self.hands.find(self.tree, "push button", "Save Model…"), "the result", seconds)
