'use strict';
// Floor of a first statement: loads the driver, opens the database and connects; the start of Node itself does not count.
const start = process.hrtime.bigint();
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
  const instance = await DuckDBInstance.create(process.argv[2]);
  await instance.connect();
  process.stdout.write(`${JSON.stringify({ driverMs: Number(process.hrtime.bigint() - start) / 1e6 })}\n`);
}

void main();
