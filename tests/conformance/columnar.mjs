// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright The Sextant developers
//
// What the tests of the columnar formats share: our tool, exact texts of cells, and TAP.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tool = process.env.COLUMNAR_TOOL;
/* COLUMNAR_KEEP names a folder in which the files stay, to look at them or to take them as a fuzz target's corpus. */
export const folder = process.env.COLUMNAR_KEEP ?? mkdtempSync(join(tmpdir(), 'sextant-columnar-'));

let count = 0;
let failed = 0;

export function check(name, ok, detail = '') {
  count++;
  if (!ok) failed++;
  console.log(`${ok ? 'ok' : 'not ok'} ${count} ${name}`);
  if (!ok && detail) console.log(`# ${String(detail).split('\n').slice(0, 12).join('\n# ')}`);
}

export function finish() {
  console.log(`1..${count}`);
  if (!process.env.COLUMNAR_KEEP) rmSync(folder, { recursive: true });
  process.exit(failed ? 1 : 0);
}

/* { columns: ['name:type'], rows: [[cell]], notes } of what our reader makes of a file, or { error }. */
export function dump(path, ...columns) {
  const run = spawnSync(tool, ['dump', path, ...columns], { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (run.status !== 0) return { error: run.stderr.trim() || `status ${run.status} ${run.signal}` };
  return { ...parse(run.stdout), notes: run.stderr };
}

export function write(format, options, rows, path) {
  return parse(execFileSync(tool, ['write', format, options, String(rows), path], { encoding: 'utf8', maxBuffer: 1 << 30 }));
}

function parse(text) {
  const lines = text.split('\n');
  lines.pop();
  return { columns: lines[0].split('\t'), rows: lines.slice(1).map((line) => line.split('\t')) };
}

const view = new DataView(new ArrayBuffer(8));

export function double(value) {
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

export const hex = (bytes) => 'x' + Buffer.from(bytes).toString('hex');

/* A value of JavaScript as our tool writes a cell of that type. */
export function cell(type, value) {
  if (value === null || value === undefined) return '~';
  switch (type) {
    case 'int64':
    case 'timestamp': return String(value);
    case 'float64': return Number.isNaN(Number(value)) ? '~' : double(Number(value));
    case 'bool': return String(value);
    case 'image': return hex(typeof value === 'string' ? Buffer.from(value) : value);
    case 'list': return '[' + Array.from(value, (x) => double(x === null ? NaN : Number(x))).join(' ') + ']';
    default: return hex(Buffer.from(String(value), 'utf8'));
  }
}

/* Compares tables cell by cell. */
export function same(name, ours, theirs) {
  if (ours.error) return check(name, false, ours.error);
  if (ours.columns.join('\t') !== theirs.columns.join('\t')) return check(name, false, `${ours.columns}\n${theirs.columns}`);
  if (ours.rows.length !== theirs.rows.length) return check(name, false, `${ours.rows.length} rows, theirs ${theirs.rows.length}`);
  for (let row = 0; row < ours.rows.length; row++)
    for (let i = 0; i < ours.columns.length; i++)
      if (ours.rows[row][i] !== theirs.rows[row][i])
        return check(name, false, `row ${row + 1}, ${ours.columns[i]}: ours ${ours.rows[row][i]}, theirs ${theirs.rows[row][i]}`);
  return check(name, true);
}
