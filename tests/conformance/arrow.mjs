// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright The Sextant developers
//
// Arrow IPC against Apache's own JavaScript implementation, both ways.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as arrow from 'apache-arrow';
import { cell, check, dump, finish, folder, same, write } from './columnar.mjs';

const field = (name, type) => new arrow.Field(name, type, true);

/* ---- theirs, read by us ---- */

const day = 86400000;
const columns = [
  // name, Arrow type, our type, values, and what ours are where they differ
  ['b', new arrow.Bool(), 'bool', [true, null, false, true, false]],
  ['i8', new arrow.Int8(), 'int64', [-128, 127, null, 0, 1]],
  ['i16', new arrow.Int16(), 'int64', [-32768, 32767, null, 0, 1]],
  ['i32', new arrow.Int32(), 'int64', [-2147483648, 2147483647, null, 0, 1]],
  ['i64', new arrow.Int64(), 'int64', [-(2n ** 63n), 2n ** 63n - 1n, null, 0n, 1n]],
  ['u8', new arrow.Uint8(), 'int64', [0, 255, null, 7, 1]],
  ['u16', new arrow.Uint16(), 'int64', [0, 65535, null, 7, 1]],
  ['u32', new arrow.Uint32(), 'int64', [0, 4294967295, null, 7, 1]],
  ['u64', new arrow.Uint64(), 'int64', [0n, 2n ** 63n - 1n, null, 7n, 1n]],
  ['u64 wide', new arrow.Uint64(), 'float64', [0n, 2n ** 64n - 1n, null, 7n, 1n]],
  ['f32', new arrow.Float32(), 'float64', [1.5, -3.25, null, 2 ** -149, Infinity]],
  ['f64', new arrow.Float64(), 'float64', [1e300, 5e-324, null, -0.1, NaN]],
  ['utf8', new arrow.Utf8(), 'string', ['', 'caf\u00e9', null, '\u{1f600}\n"x"', 'long text, longer than a view would hold']],
  ['large', new arrow.LargeUtf8(), 'string', ['', 'caf\u00e9', null, '\u{1f600}', 'x']],
  ['view', new arrow.Utf8View(), 'string', ['', 'short', null, 'a text that does not fit into a view', '\u{1f600} caf\u00e9']],
  ['bin view', new arrow.BinaryView(), 'image', [Uint8Array.of(), Uint8Array.of(0, 255), null, new Uint8Array(50).fill(7), Uint8Array.of(2)]],
  ['bin', new arrow.Binary(), 'image', [Uint8Array.of(), Uint8Array.of(0, 255, 137), null, Uint8Array.of(1), Uint8Array.of(2)]],
  ['fixed', new arrow.FixedSizeBinary(3), 'image', [Uint8Array.of(1, 2, 3), Uint8Array.of(0, 255, 137), null, Uint8Array.of(1, 1, 1), Uint8Array.of(2, 2, 2)]],
  ['date', new arrow.DateDay(), 'timestamp', [0, day, null, -day, 19782 * day], [0, 86400000000, null, -86400000000, 1709164800000000]],
  ['ts s', new arrow.TimestampSecond('UTC'), 'timestamp', [0, 1000, null, -1000, 1709211909000], [0, 1000000, null, -1000000, 1709211909000000]],
  ['ts ms', new arrow.TimestampMillisecond(), 'timestamp', [0, 1, null, -1, 1709211909001], [0, 1000, null, -1000, 1709211909001000]],
  ['ts us', new arrow.TimestampMicrosecond('Europe/Berlin'), 'timestamp', [0, 0.001, null, -1, 1709211909000], [0, 1, null, -1000, 1709211909000000]],
  ['ts ns', new arrow.TimestampNanosecond(), 'timestamp', [0, 1, null, -1, 5000001], [0, 1000, null, -1000, 5000001000]],
  ['time', new arrow.TimeMillisecond(), 'timestamp', [0, 1, null, 86399999, 5], [0, 1000, null, 86399999000, 5000]],
  ['time ns', new arrow.TimeNanosecond(), 'timestamp', [0n, 1000n, null, 86399999999000n, 5n], [0, 1, null, 86399999999, 0]],
  ['dur', new arrow.DurationMillisecond(), 'float64', [0n, 1500n, null, -1n, 5n], [0, 1.5, null, -0.001, 0.005]],
  ['dict', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()), 'category', ['red', 'big', null, 'red', 'caf\u00e9']],
  ['list', new arrow.List(field('item', new arrow.Int32())), 'list', [[1, 2], [], null, [3], [4, 5, 6]]],
  ['large list', new arrow.LargeList(field('item', new arrow.Int32())), 'list', [[1, 2], [], null, [3], [4, 5, 6]]],
  ['dec', new arrow.Decimal(2, 20, 128), 'float64', [Uint32Array.of(12345, 0, 0, 0), Uint32Array.of(0xfffffffb, 0xffffffff, 0xffffffff, 0xffffffff), null, Uint32Array.of(0, 0, 1, 0), Uint32Array.of(1, 0, 0, 0)], [123.45, -0.05, null, 184467440737095516.16, 0.01]],
  ['vector', new arrow.FixedSizeList(2, field('item', new arrow.Float32())), 'list', [[1, 2], [0.5, -1], null, [3, 4], [5, 6]]],
];

/* Two batches, so that dictionaries, offsets and row numbers go on. */
const vector = (type, values) => arrow.vectorFromArray(values, type);
for (const [name, type, ours, values, differing] of columns) {
  try {
    const half = vector(type, values);
    const table = new arrow.Table({ [name]: half.concat(half) });
    const expected = { columns: [`${name}:${ours}`], rows: [...(differing ?? values), ...(differing ?? values)].map((value) => [cell(ours, value)]) };
    for (const kind of ['file', 'stream']) {
      const path = join(folder, `${name}.${kind === 'file' ? 'arrow' : 'arrows'}`);
      writeFileSync(path, arrow.tableToIPC(table, kind));
      same(`apache-arrow writes ${name} as a ${kind}`, dump(path), expected);
    }
  } catch (problem) {
    check(`apache-arrow writes ${name}`, false, problem.stack);
  }
}

/* A struct, and a table of many columns. */
{
  const type = new arrow.Struct([field('n', new arrow.Int32()), field('in', new arrow.Struct([field('t', new arrow.Utf8())]))]);
  const values = [{ n: 1, in: { t: 'a' } }, null, { n: null, in: null }, { n: 4, in: { t: null } }];
  const path = join(folder, 'struct.arrow');
  writeFileSync(path, arrow.tableToIPC(new arrow.Table({ s: vector(type, values) }), 'file'));
  same('apache-arrow writes a struct', dump(path), { columns: ['s.n:int64', 's.in.t:string'], rows: [['1', 'x61'], ['~', '~'], ['~', '~'], ['4', '~']] });

  const map = new arrow.Map_(new arrow.Field('entries', new arrow.Struct([new arrow.Field('key', new arrow.Utf8(), false), field('value', new arrow.Int32())]), false));
  const both = join(folder, 'map.arrow');
  writeFileSync(both, arrow.tableToIPC(new arrow.Table({ m: vector(map, [new Map([['a', 1]])]), n: vector(new arrow.Int32(), [7]) }), 'file'));
  check('a map is named and refused', (dump(both).error ?? '').startsWith('Column \u201cm\u201d is of the type map, which is not read.'), dump(both).error);
  same('what stands beside a map is read', dump(both, 'n'), { columns: ['n:int64'], rows: [['7']] });
}

/* Each batch with a dictionary of its own. */
{
  const type = () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), 7);
  const table = new arrow.Table({ d: vector(type(), ['a', 'b']).concat(vector(type(), ['c', 'a', 'd'])) });
  const path = join(folder, 'replaced.arrows');
  writeFileSync(path, arrow.tableToIPC(table, 'stream'));
  same('apache-arrow replaces a dictionary', dump(path), { columns: ['d:category'], rows: [...'abcad'].map((value) => [cell('category', value)]) });
}

/* A delta in a stream: batches that were written before the dictionary was whole. */
{
  const builder = arrow.makeBuilder({ type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), nullValues: [null] });
  const writer = new arrow.RecordBatchStreamWriter({ autoDestroy: true });
  const expected = [];
  const schema = new arrow.Schema([field('d', builder.type)]);
  for (const part of [['a', 'b', null], ['b', 'c'], ['d', 'a', 'e']]) {
    for (const value of part) {
      builder.append(value);
      expected.push([cell('category', value)]);
    }
    const data = builder.flush();
    writer.write(new arrow.RecordBatch(schema, arrow.makeData({ type: new arrow.Struct(schema.fields), length: data.length, nullCount: 0, children: [data] })));
  }
  writer.finish();
  const path = join(folder, 'delta.arrows');
  writeFileSync(path, writer.toUint8Array(true));
  same('apache-arrow writes deltas', dump(path), { columns: ['d:category'], rows: expected });
}

/* ---- ours, read by them ---- */

function read(path, columns) {
  const table = arrow.tableFromIPC(readFileSync(path));
  const rows = [];
  for (let row = 0; row < table.numRows; row++)
    rows.push(columns.map((name, i) => {
      const type = name.slice(name.indexOf(':') + 1);
      const vector = table.getChildAt(i);
      let value = vector.get(row);
      if (type === 'timestamp' && value !== null) {
        // Their getter gives milliseconds as a number: take the raw value.
        let at = row, chunk = 0;
        while (at >= vector.data[chunk].length) at -= vector.data[chunk++].length;
        value = vector.data[chunk].values[at];
        if (typeof value !== 'bigint') value = new BigInt64Array(vector.data[chunk].values.buffer, vector.data[chunk].values.byteOffset)[at];
      }
      return cell(type, value);
    }));
  return { columns: table.schema.fields.map((f, i) => f.name + columns[i].slice(columns[i].lastIndexOf(':'))), rows };
}

for (const [options, rows] of [["{}", 0], ["{}", 1], ["{}", 1000], ["{'stream': <true>}", 1000], ["{}", 70000]]) {
  const path = join(folder, 'ours.arrow');
  const ours = write('arrow', options, rows, path);
  try {
    same(`apache-arrow reads ours, ${options}, ${rows} rows`, ours, read(path, ours.columns));
  } catch (problem) {
    check(`apache-arrow reads ours, ${options}, ${rows} rows`, false, problem.stack);
  }
}

finish();
