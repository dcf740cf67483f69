'use strict';
// Floor of types and lineage: every query of a manifest is bound once by the driver alone, as an empty table that later ones read.
const { readFileSync } = require('node:fs');
const { DuckDBInstance } = require('@duckdb/node-api');

/** Models behind all that they read. */
function inOrder(nodes) {
  const order = new Map();
  const visit = (id) => {
    const node = nodes[id];
    if (order.has(id) || node?.resource_type !== 'model') return;
    for (const parent of node.depends_on.nodes) visit(parent);
    order.set(id, node);
  };
  for (const id of Object.keys(nodes)) visit(id);
  return [...order.values()];
}

async function main() {
  const [manifest, sources] = process.argv.slice(2);
  const { nodes } = JSON.parse(readFileSync(manifest, 'utf8'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("attach ':memory:' as warehouse; use warehouse");
  for (const statement of JSON.parse(readFileSync(sources, 'utf8'))) await connection.run(statement);
  for (const { relation_name: relation, compiled_code: sql } of inOrder(nodes)) {
    await connection.run(`create table ${relation} as (\n${sql}\n) with no data`);
  }
  connection.closeSync();
  instance.closeSync();
}

void main();
