'use strict';
// Floor of a reaction: opens the database again and again with the driver alone, as each run of a watching command has to.
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
  const [database, times] = process.argv.slice(2);
  const samples = [];
  for (let turn = 0; turn < Number(times); turn += 1) {
    const start = process.hrtime.bigint();
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`attach '${database.replaceAll("'", "''")}' as warehouse; use warehouse`);
    await connection.run('begin');
    samples.push(Number(process.hrtime.bigint() - start) / 1e6);
    await connection.run('commit');
    connection.closeSync();
    instance.closeSync();
  }
  samples.sort((a, b) => a - b);
  process.stdout.write(`${JSON.stringify({ openMs: samples[samples.length >> 1] })}\n`);
}

void main();
