#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""Write the texts of YAML files that users see as a C source for xgettext.

Topologies have a title, a help text and one for each parameter, sample projects a title and a description. xgettext
reads no YAML, so each becomes _("...") behind a #line that names its place. Only scalars on their own lines and in
flow mappings are understood, which is all that these files use; anything else is an error, not a lost text.
"""

import pathlib
import re
import sys

FOLDERS = (("templates/topologies", "*.yaml", ("title", "help", "aliases")),
           ("templates/projects", "*.sextant", ("title", "description")))
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\']|\'\')*)\'')


def texts(line, keys):
    """The values of the keys in one line, in order."""
    for match in re.finditer(r"(?:^\s*|[{,]\s*)(?:%s):[ \t]+" % "|".join(keys), line):
        rest = line[match.end():]
        quoted = QUOTED.match(rest)
        if quoted:
            double, single = quoted.groups()
            yield double if double is not None else single.replace("''", "'").replace("\\", "\\\\").replace('"', '\\"')
        elif rest[:1] in "|>&*!":
            raise ValueError("only plain and quoted texts of one line can be translated")
        else:
            flow = match.group().lstrip()[0] in "{,"
            plain = re.split(r",\s|}|\s#" if flow else r"\s#", rest)[0].strip()
            yield plain.replace("\\", "\\\\").replace('"', '\\"')


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    for folder, pattern, keys in FOLDERS:
        for path in sorted((root / folder).rglob(pattern)):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                try:
                    for text in texts(line, keys):
                        print('#line %d "%s"\n_("%s")' % (number, path.relative_to(root), text))
                except ValueError as error:
                    sys.exit("%s:%d: %s" % (path, number, error))


main()
