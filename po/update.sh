#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
#
# update.sh: extracts the texts anew and merges them into each catalogue. A translation whose text has gone is kept as
# an obsolete entry and comes back with its text. Nothing is guessed: a new text stands untranslated.
set -eu
cd "$(dirname "$0")/.."
POTFILES=$PWD/po/POTFILES.in po/extract.sh "$PWD" "$PWD/po/sextant.pot"
grep -v '^#' po/LINGUAS | while read -r language; do
  msgmerge --quiet --no-fuzzy-matching --add-location=file --previous --update --backup=none "po/$language.po" po/sextant.pot
  printf '%s: ' "$language"
  msgfmt --check --statistics -o /dev/null "po/$language.po"
done
