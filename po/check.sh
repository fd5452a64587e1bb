#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
#
# check.sh SOURCE-ROOT: every text of the tree is translated in every catalogue. Exits with 77, a skipped test, where
# gettext's tools are missing.
set -eu
root=$1
for tool in xgettext msgmerge msgattrib msgfmt msgcat python3; do
  command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
"$root/po/extract.sh" "$root" "$work/tree.pot"
for language in $(grep -v '^#' "$root/po/LINGUAS"); do
  msgmerge --quiet --no-fuzzy-matching -o "$work/$language.po" "$root/po/$language.po" "$work/tree.pot"
  msgattrib --no-obsolete --untranslated "$work/$language.po" -o "$work/missing" --force-po
  msgattrib --no-obsolete --only-fuzzy "$work/$language.po" -o "$work/fuzzy" --force-po
  for kind in missing fuzzy; do
    if grep -q '^#:' "$work/$kind"; then
      echo "$language: these messages are $kind; run po/update.sh and translate them:"
      sed -n '/^#:/,$p' "$work/$kind"
      status=1
    fi
  done
  msgfmt --check --statistics -o /dev/null "$work/$language.po" || status=1
done
exit $status
