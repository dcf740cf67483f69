'use strict';
// Floor of what runs on a PostgreSQL server: sends the statements of a JSON file one by one in one transaction, with the
// driver alone. A statement may be an object, `{ copy, path }`: then the file is sent with it.
const { createReadStream, readFileSync } = require('node:fs');
const { pipeline } = require('node:stream/promises');
const { Client } = require('pg');
const { from } = require('pg-copy-streams');

async function main() {
  const [url, file] = process.argv.slice(2);
  const statements = JSON.parse(readFileSync(file, 'utf8'));
  const client = new Client({ connectionString: url });
  await client.connect();
  const start = process.hrtime.bigint();
  await client.query('begin');
  for (const statement of statements) {
    if (typeof statement === 'string') await client.query(statement);
    else await pipeline(createReadStream(statement.path, { highWaterMark: 1 << 16 }), client.query(from(statement.copy)));
  }
  await client.query('commit');
  const stepMs = Number(process.hrtime.bigint() - start) / 1e6;
  await client.end();
  process.stdout.write(`${JSON.stringify({ stepMs })}\n`);
}

void main();
