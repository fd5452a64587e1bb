#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
#
# extract.sh SOURCE-ROOT OUT.pot: collects every text that a user can see.
#
# GLib's names for the formats of 64-bit integers mean nothing to xgettext, which would cut the message there. They are
# read as their equals of inttypes.h: the catalogue then holds <PRIu64>, and gettext puts the format of the machine in.
set -eu
root=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

exec 3>"$out"
cd "$root"
find pipeline engine canvas app -name '*.c' | LC_ALL=C sort >"$tree/sources"
xargs grep -lE '\b(N?_|C_|n?gettext|g_dngettext) \(' <"$tree/sources" >"$tree/files" || true
while read -r file; do
  mkdir -p "$tree/$(dirname "$file")"
  sed -e 's/\bG_GUINT64_FORMAT\b/PRIu64/g' -e 's/\bG_GINT64_FORMAT\b/PRId64/g' -e 's/\bG_GSIZE_FORMAT\b/PRIuPTR/g' -e 's/\bG_GSSIZE_FORMAT\b/PRIdPTR/g' "$file" >"$tree/$file"
done <"$tree/files"
python3 "$here/yaml-strings.py" . >"$tree/yaml-strings.c"
cp "$tree/files" "$tree/all"
echo yaml-strings.c >>"$tree/all"
for file in data/*.desktop.in data/*.metainfo.xml.in; do
  [ -f "$file" ] || continue
  mkdir -p "$tree/data"
  cp "$file" "$tree/$file"
  echo "$file" >>"$tree/files"
done

cd "$tree"
xgettext --from-code=UTF-8 --language=C --add-location=file --package-name=sextant --copyright-holder='The Sextant developers' \
  --msgid-bugs-address=' ' --add-comments=TRANSLATORS \
  --keyword=_ --keyword=N_ --keyword=ngettext:1,2 --keyword=g_dngettext:2,3 --keyword=C_:1c,2 --keyword=NC_:1c,2 \
  --flag=_:1:pass-c-format --flag=N_:1:pass-c-format --flag=ngettext:1:pass-c-format --flag=ngettext:2:pass-c-format \
  --flag=g_dngettext:2:pass-c-format --flag=g_dngettext:3:pass-c-format \
  --flag=g_strdup_printf:1:c-format --flag=g_set_error:4:c-format --flag=g_string_append_printf:2:c-format \
  --flag=g_string_printf:2:c-format --flag=g_print:1:c-format --flag=g_printerr:1:c-format \
  --files-from=all -o c.pot
parts=c.pot
for file in data/*.desktop.in data/*.metainfo.xml.in; do
  [ -f "$file" ] || continue
  xgettext --from-code=UTF-8 --add-location=file --package-name=sextant -o "$(basename "$file").pot" "$file"
  [ ! -f "$(basename "$file").pot" ] || parts="$parts $(basename "$file").pot"
done
# shellcheck disable=SC2086
msgcat --use-first --add-location=file --to-code=UTF-8 $parts -o all.pot
cat all.pot >&3
if [ -n "${POTFILES:-}" ]; then
  { echo '# Written by po/update.sh.'; cat files; } >"$POTFILES"
fi
