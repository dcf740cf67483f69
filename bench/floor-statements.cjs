'use strict';
// Floor of everything that runs SQL: sends the statements of a JSON file one by one in one transaction, with the driver alone.
const { readFileSync } = require('node:fs');
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
  const [database, file] = process.argv.slice(2);
  const statements = JSON.parse(readFileSync(file, 'utf8'));
  // Opened in the way that survives a kill, as tx does: see the engine's notes on replaying its log.
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`attach '${database.replaceAll("'", "''")}' as warehouse; use warehouse`);
  const start = process.hrtime.bigint();
  await connection.run('begin');
  for (const statement of statements) await connection.run(statement);
  await connection.run('commit');
  const stepMs = Number(process.hrtime.bigint() - start) / 1e6;
  await connection.run('checkpoint warehouse');
  connection.closeSync();
  instance.closeSync();
  process.stdout.write(`${JSON.stringify({ stepMs })}\n`);
}

void main();
