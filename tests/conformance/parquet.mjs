// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright The Sextant developers
//
// Parquet against DuckDB and hyparquet, both ways.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { gzipSync } from 'node:zlib';
import { cell, check, dump, finish, folder, same, write } from './columnar.mjs';

const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
const file = (name) => join(folder, name);
const quote = (text) => `'${text.replaceAll("'", "''")}'`;

async function query(sql) {
  return (await duckdb.runAndReadAll(sql)).getRows();
}

/* A value of DuckDB's driver as plain JavaScript has it. */
function plain(value) {
  if (value === null || typeof value !== 'object') return value;
  if (value.items) return value.items.map(plain);
  return value.bytes ?? String(value);
}

/* Cells of a query whose columns are of our types. */
async function cells(sql, types) {
  return (await query(sql)).map((row) => row.map((value, i) => cell(types[i], plain(value))));
}

/* ---- DuckDB writes ---- */

/* Name, our type, the expression of row i, and what of it is compared when that is not the column itself. */
const clock = (name) => `(hour(${name}) * 3600000000 + minute(${name}) * 60000000 + microsecond(${name}))`;
const columns = [
  ['b', 'bool', 'i % 3 = 0'],
  ['i8', 'int64', '(i % 256 - 128)::TINYINT'],
  ['u8', 'int64', '(i % 256)::UTINYINT'],
  ['i16', 'int64', '(i * 7919 % 65536 - 32768)::SMALLINT'],
  ['u16', 'int64', '(i * 7919 % 65536)::USMALLINT'],
  ['i32', 'int64', '(i * 2654435761 % 4294967296 - 2147483648)::INTEGER'],
  ['u32', 'int64', '(i * 2654435761 % 4294967296)::UINTEGER'],
  ['i64', 'int64', 'CASE i % 5 WHEN 0 THEN -9223372036854775808 WHEN 1 THEN 9223372036854775807 ELSE i * 1000003 - 5000000 END::BIGINT'],
  ['u64', 'int64', '(i * 1000003)::UBIGINT'],
  ['u64w', 'float64', 'CASE WHEN i % 500 = 499 THEN 18446744073709551615 ELSE i END::UBIGINT'],
  ['seq', 'int64', 'i::BIGINT'],
  ['one', 'int64', '1::INTEGER'],
  ['f32', 'float64', "CASE i % 4 WHEN 0 THEN 'inf' WHEN 1 THEN '1e-45' ELSE (i / 7)::VARCHAR END::FLOAT"],
  ['f64', 'float64', "CASE i % 5 WHEN 0 THEN '-inf' WHEN 1 THEN '5e-324' WHEN 2 THEN 'nan' ELSE (i / 7)::VARCHAR END::DOUBLE"],
  ['few', 'string', "['red', 'big', 'caf\u00e9', '', '\u{1f600}'][1 + i % 5]"],
  ['many', 'string', "'text ' || i || repeat('\u00e9', (i % 40)::INTEGER)"],
  ['bl', 'image', "encode('bytes ' || i % 90) || '\\xff\\x00'::BLOB"],
  ['d', 'timestamp', "DATE '2024-02-29' + (i * 37 - 9000)::INTEGER", 'epoch_us(d::TIMESTAMP)'],
  ['t', 'timestamp', "TIME '00:00:00' + to_microseconds((i * 7919777) % 86400000000)", clock('t')],
  ['ts', 'timestamp', "TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds(i * 987654321 - 3000000000)", 'epoch_us(ts)'],
  ['tsms', 'timestamp', "(TIMESTAMP '2024-02-29 01:02:03.456' + to_milliseconds(i))::TIMESTAMP_MS", 'epoch_us(tsms::TIMESTAMP)'],
  ['tsns', 'timestamp', "make_timestamp_ns(i * 1234567891 - 999)", 'epoch_ns(tsns) // 1000 - (CASE WHEN epoch_ns(tsns) < 0 AND epoch_ns(tsns) % 1000 != 0 THEN 1 ELSE 0 END)'],
  ['tz', 'timestamp', "TIMESTAMPTZ '2024-02-29 01:02:03+00' + to_seconds(i)", 'epoch_us(tz)'],
  ['dec4', 'float64', '(i % 1000 - 500)::DECIMAL(9,0) / 10::DECIMAL(4,1)', 'dec4::VARCHAR::DOUBLE'],
  ['dec9', 'float64', '((i * 7919 % 1000000) / 1000)::DECIMAL(9,3)', 'dec9::VARCHAR::DOUBLE'],
  ['dec18', 'float64', '((i * 7919777 - 40000000) / 1000)::DECIMAL(18,6)', 'dec18::VARCHAR::DOUBLE'],
  ['dec38', 'float64', '(i::HUGEINT * 123456789012345678901234567 - 99)::DECIMAL(38,4)', 'dec38::VARCHAR::DOUBLE'],
  ['uuid', 'string', "md5(i::VARCHAR)::UUID", 'uuid::VARCHAR'],
  ['e', 'string', "['low', 'mid', 'high'][1 + i % 3]::ENUM ('low', 'mid', 'high')", 'e::VARCHAR'],
  ['li', 'list', 'CASE i % 4 WHEN 0 THEN [] WHEN 1 THEN [i] WHEN 2 THEN [i, NULL, -1] ELSE [1, 2, 3, 4, 5] END::INTEGER[]'],
  ['ld', 'list', 'list_transform(range((i % 7)::BIGINT), x -> (x + i) / 3)::DOUBLE[]'],
];
const structs = [['st.a', 'int64', 'st.a'], ['st.in.c', 'string', 'st.in.c']];

async function makeTable(name, rows, nulls) {
  const parts = columns.map(([column, , expression], k) => `${nulls ? `CASE WHEN (i + ${k}) % 6 = 2 OR i BETWEEN 700 AND 720 THEN NULL ELSE ${expression} END` : expression} AS ${column}`);
  const inner = `{'c': CASE WHEN ${nulls} AND i % 4 = 1 THEN NULL ELSE 'c' || i END}`;
  parts.push(`CASE WHEN ${nulls} AND i % 5 = 3 THEN NULL ELSE {'a': i::INTEGER, 'in': CASE WHEN ${nulls} AND i % 7 = 2 THEN NULL ELSE ${inner} END} END AS st`);
  await duckdb.run(`CREATE OR REPLACE TABLE ${name} AS SELECT ${parts.join(', ')} FROM range(${rows}) AS r(i)`);
}

async function expect(table) {
  const all = [...columns, ...structs];
  const types = all.map(([, type]) => type);
  return { columns: all.map(([name, type]) => `${name}:${type}`), rows: await cells(`SELECT ${all.map(([name, , , shown], k) => (k < columns.length ? shown ?? name : all[k][2])).join(', ')} FROM ${table}`, types) };
}

await duckdb.run("SET TimeZone = 'UTC'");
for (const [rows, nulls] of [[3000, false], [3000, true], [70000, true]]) {
  await makeTable('t', rows, nulls);
  const expected = await expect('t');
  const spellings = rows > 10000
    ? [['SNAPPY', 'V1', 20480], ['ZSTD', 'V2', 122880]]
    : ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'LZ4_RAW'].flatMap((codec) => [[codec, 'V1', 122880], [codec, 'V2', 2048]]);
  for (const [codec, version, group] of spellings) {
    const path = file(`duckdb-${codec}-${version}.parquet`);
    await duckdb.run(`COPY t TO ${quote(path)} (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE ${group})`);
    same(`DuckDB writes ${rows} rows${nulls ? ' with nulls' : ''}, ${codec}, ${version}, groups of ${group}`, dump(path), expected);
  }
}

/* What is refused is named; the rest can be had. */
{
  const path = file('refused.parquet');
  await duckdb.run(`COPY (SELECT 7 AS n, MAP {'a': 1} AS m, [[1, 2]] AS ll, ['x'] AS ls, [{'a': 1}] AS lst, INTERVAL 1 DAY AS iv) TO ${quote(path)} (FORMAT parquet)`);
  for (const [name, title] of [['m', 'map'], ['ll', 'list of lists'], ['ls', 'list<utf8>'], ['lst', 'list of structs'], ['iv', 'interval']])
    check(`${title} is refused by name`, (dump(path, name).error ?? '').startsWith(`Column \u201c${name}\u201d is of the type ${title}, which is not read.`), dump(path, name).error);
  same('what stands beside them is read', dump(path, 'n'), { columns: ['n:int64'], rows: [['7']] });

  const brotli = file('brotli.parquet');
  await duckdb.run(`COPY (SELECT i FROM range(1000) AS r(i)) TO ${quote(brotli)} (FORMAT parquet, COMPRESSION brotli)`);
  check('Brotli is refused by name', (dump(brotli).error ?? '').includes('is compressed with Brotli, which is not read.'), dump(brotli).error);
}

/* ---- hyparquet writes: version 2 pages, every encoding by name ---- */

const n = 3000;
const made = (f) => Array.from({ length: n }, (_, i) => f(i));
const gaps = (f) => made((i) => (i % 7 === 3 || (i > 900 && i < 950) ? null : f(i)));
const wide = (i) => BigInt(i) * 1234567890123n - 5000000000000n;
const encodings = [
  ['BOOLEAN', 'bool', (i) => i % 5 < 2, ['PLAIN', 'RLE']],
  ['INT32', 'int64', (i) => (i * 7919) % 100000 - 50000, ['PLAIN', 'RLE_DICTIONARY', 'DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT']],
  ['INT64', 'int64', (i) => (i % 100 === 7 ? 2n ** 63n - 1n : i % 100 === 8 ? -(2n ** 63n) : wide(i)), ['PLAIN', 'RLE_DICTIONARY', 'DELTA_BINARY_PACKED', 'BYTE_STREAM_SPLIT']],
  ['FLOAT', 'float64', (i) => Math.fround(i / 3), ['PLAIN', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT']],
  ['DOUBLE', 'float64', (i) => i / 3, ['PLAIN', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT']],
  ['STRING', 'string', (i) => `caf\u00e9 ${i % 50 === 0 ? '' : 'x'.repeat(i % 11)} ${i % 97}`, ['PLAIN', 'RLE_DICTIONARY', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY']],
  ['BYTE_ARRAY', 'image', (i) => Uint8Array.of(i % 256, 255, i % 3), ['PLAIN', 'RLE_DICTIONARY', 'DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY']],
  ['UUID', 'string', (i) => `00112233-4455-6677-8899-${String(i).padStart(12, '0')}`, ['PLAIN']],
  ['FLOAT16', 'float64', (i) => i % 1000, ['PLAIN', 'BYTE_STREAM_SPLIT']],
];

for (const [type, ours, value, names] of encodings)
  for (const encoding of names)
    for (const [kind, data] of [['', made(value)], [' with nulls', gaps(value)]])
      for (const codec of kind ? ['SNAPPY'] : ['UNCOMPRESSED', 'GZIP']) {
        const name = `hyparquet writes ${type} as ${encoding}, ${codec}${kind}`;
        try {
          const path = file(`hyparquet-${type}-${encoding}${kind ? '-nulls' : ''}.parquet`);
          const buffer = parquetWriteBuffer({
            columnData: [{ name: 'x', data, type, encoding }],
            codec,
            compressors: { GZIP: (bytes) => new Uint8Array(gzipSync(bytes)) },
            pageSize: 2000,
            rowGroupSize: [1000, 1700],
          });
          writeFileSync(path, new Uint8Array(buffer));
          same(name, dump(path), { columns: [`x:${ours}`], rows: data.map((v) => [cell(ours, v)]) });
        } catch (problem) {
          check(name, false, problem.stack);
        }
      }

/* ---- ours, read by both ---- */

async function readByDuckdb(path, columns) {
  const types = columns.map((name) => name.slice(name.lastIndexOf(':') + 1));
  const shown = columns.map((name, i) => {
    const column = `"${name.slice(0, name.lastIndexOf(':'))}"`;
    return types[i] === 'timestamp' ? `epoch_us(${column})` : column;
  });
  return { columns, rows: await cells(`SELECT ${shown.join(', ')} FROM ${quote(path)}`, types) };
}

async function readByHyparquet(path, columns) {
  const types = columns.map((name) => name.slice(name.lastIndexOf(':') + 1));
  let rows = [];
  await parquetRead({
    file: await asyncBufferFromFile(path),
    compressors,
    utf8: false,
    parsers: { timestampFromMicroseconds: (value) => value },
    onComplete: (data) => { rows = data; },
  });
  return { columns, rows: rows.map((row) => row.map((value, i) => cell(types[i], value))) };
}

for (const [options, rows] of [['{}', 0], ['{}', 1], ['{}', 1000], ...['none', 'gzip', 'zstd', 'lz4'].map((codec) => [`{'compression': <'${codec}'>}`, 300]), ['{}', 140000]]) {
  const path = file('ours.parquet');
  const ours = write('parquet', options, rows, path);
  for (const [reader, read] of [['DuckDB', readByDuckdb], ['hyparquet', readByHyparquet]])
    try {
      if (rows < 100000 || reader === 'DuckDB') same(`${reader} reads ours, ${options}, ${rows} rows`, ours, await read(path, ours.columns));
    } catch (problem) {
      check(`${reader} reads ours, ${options}, ${rows} rows`, false, problem.stack);
    }
}

/* What the statistics say is true, and rows are found that are looked for by them. */
for (const column of ['int64', 'int64 ?', 'float64 ?', 'string ?', 'category']) {
  const path = file('ours.parquet');
  const [stated] = await query(`SELECT min(stats_min_value)::VARCHAR, max(stats_max_value)::VARCHAR, sum(stats_null_count)::VARCHAR, count(*) FROM parquet_metadata(${quote(path)}) WHERE path_in_schema = ${quote(column)}`);
  const [real] = await query(`SELECT count(*) - count("${column}"), count(*) FILTER ("${column}" = (SELECT max("${column}") FROM ${quote(path)})), count(*) FROM ${quote(path)}`);
  const [found] = await query(`SELECT count(*) FROM ${quote(path)} WHERE "${column}" = (SELECT max("${column}") FROM ${quote(path)})`);
  check(`statistics of ${column}`, stated[0] !== null && stated[2] === String(real[0]) && found[0] === real[1] && real[1] > 0n && stated[3] === 2n, `${stated} | ${real} | ${found}`);
}

finish();
