// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright The Sextant developers
//
// Makes the Parquet files of tests/fuzz/corpus/parquet that other programs wrote. Not a test: run by hand, when there are to be others.
//
//   COLUMNAR_KEEP=FOLDER tests/conformance/run-columnar.sh build/tests/conformance/columnar-tool build/tests/conformance/node tests/conformance/corpus.mjs

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { folder } from './columnar.mjs';

const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
const select = `SELECT CASE WHEN i % 4 = 1 THEN NULL ELSE i END AS i, i % 3 = 0 AS b, ['red', 'big'][1 + i % 2] AS s, 'text ' || i AS t, i / 7 AS f, (i * 3)::USMALLINT AS u,
  DATE '2024-02-29' + i::INTEGER AS d, (i / 4)::DECIMAL(18,3) AS dec, i::HUGEINT::DECIMAL(38,4) AS dec38, md5(i::VARCHAR)::UUID AS uuid,
  CASE WHEN i % 5 = 2 THEN NULL ELSE [i, NULL] END AS l, {'a': i, 'c': {'d': 'x' || i}} AS st FROM range(30) AS r(i)`;
for (const [codec, version] of [['UNCOMPRESSED', 'V1'], ['SNAPPY', 'V1'], ['ZSTD', 'V2'], ['GZIP', 'V1'], ['LZ4_RAW', 'V2']])
  await duckdb.run(`COPY (${select}) TO '${join(folder, `duckdb-${codec}-${version}.parquet`.toLowerCase())}' (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048)`);

await duckdb.run(`COPY (SELECT i AS n, MAP {'k': i} AS m, [[i]] AS ll, INTERVAL 1 DAY AS iv FROM range(9) AS r(i)) TO '${join(folder, 'duckdb-refused.parquet')}' (FORMAT parquet)`);

const data = (f) => Array.from({ length: 40 }, (_, i) => (i % 7 === 3 ? null : f(i)));
for (const [type, encoding, value] of [
  ['INT64', 'DELTA_BINARY_PACKED', (i) => BigInt(i * i * 1000)],
  ['INT32', 'BYTE_STREAM_SPLIT', (i) => i * 7],
  ['STRING', 'DELTA_LENGTH_BYTE_ARRAY', (i) => 'x'.repeat(i % 5)],
  ['STRING', 'DELTA_BYTE_ARRAY', (i) => `prefix ${i}`],
  ['BOOLEAN', 'RLE', (i) => i % 5 < 2],
  ['FLOAT16', 'PLAIN', (i) => i],
])
  writeFileSync(join(folder, `hyparquet-${type}-${encoding}.parquet`.toLowerCase()), new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data: data(value), type, encoding }], codec: 'UNCOMPRESSED', pageSize: 100, rowGroupSize: 25 })));
process.exit(0);
