/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Predicts the rows of NAME.json with NAME.onnx in ONNX Runtime and compares with what Sextant predicts. Prints TAP.
 *
 *   node predict.mjs MODULES FOLDER
 */

import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [modules, folder] = process.argv.slice(2);
const ort = createRequire(join(modules, 'package.json'))('onnxruntime-node');
const TOLERANCE = 1e-5;

function feed(column) {
  const cells = column.cells;
  return column.type === 'number'
    ? new ort.Tensor('float64', Float64Array.from(cells, (cell) => cell ?? NaN), [cells.length, 1])
    : new ort.Tensor('string', cells, [cells.length, 1]);
}

/* The largest difference, in units of the row's largest output (at least 1). */
function compare(given, expected, n) {
  let worst = 0;
  for (let row = 0; row < expected.length; row += n) {
    const scale = Math.max(1, ...expected.slice(row, row + n).map(Math.abs));
    for (let k = row; k < row + n; k++) {
      const difference = Math.abs(given[k] - expected[k]) / scale;
      worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
    }
  }
  return worst;
}

async function check(name) {
  const rows = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const session = await ort.InferenceSession.create(join(folder, `${name}.onnx`));
  const results = await session.run(Object.fromEntries(Object.entries(rows.inputs).map(([column, cells]) => [column, feed(cells)])));
  const given = results[rows.output].data;
  if (given.length !== rows.expected.length || given.length === 0)
    return `${given.length} numbers, not ${rows.expected.length}`;
  const worst = compare(given, rows.expected, rows.n_outputs);
  if (worst > TOLERANCE)
    return `differs by ${worst}`;
  const wrong = (rows.labels ?? []).findIndex((label, row) => results.label.data[row] !== label);
  return wrong >= 0 ? `row ${wrong + 1} is called ${results.label.data[wrong]}, not ${rows.labels[wrong]}` : null;
}

const names = readdirSync(folder).filter((file) => file.endsWith('.onnx')).map((file) => file.slice(0, -5)).sort();
console.log(names.length > 0 ? `1..${names.length}` : 'Bail out! there are no models');
for (const [index, name] of names.entries()) {
  const problem = await check(name).catch((error) => error.message);
  console.log(`${problem ? 'not ok' : 'ok'} ${index + 1} ${name}${problem ? `: ${problem.replaceAll('\n', ' ')}` : ''}`);
}
