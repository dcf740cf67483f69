/** Writes the projects and data that are measured. The same arguments give the same bytes on every machine. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { duckdb } from './spelling.mjs';

/** A number in 0 … below-1 that depends on nothing but its arguments: a few rounds of integer mixing. */
export function pick(below, ...from) {
  let state = 0x9e3779b9;
  for (const value of from) {
    state = Math.imul(state ^ value, 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return (state >>> 0) % below;
}

export const padded = (number, width) => String(number).padStart(width, '0');

export function writeFile(root, path, text) {
  const absolute = join(root, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
}

export function projectFile(name, threads = 4, target = duckdb.target) {
  const entries = Object.entries({ ...target, schema: 'main', threads }).map(([key, value]) => `    ${key}: ${value}\n`);
  return `name: ${name}\ndefault_target: dev\ntargets:\n  dev:\n${entries.join('')}`;
}

// ---------------------------------------------------------------- a project to compile

const modelName = (index) => `model_${padded(index, 5)}`;

/** 60 of 100 models are views. */
const isView = (index) => index % 5 < 3;

/** The query of a model; `source` and `ref` take the spelling of what it reads. */
function compileQuery(index, { source, ref }) {
  const reference = (salt) => (index < 50 ? source(`events_${(index + salt) % 10}`) : ref(modelName(pick(index, index, salt))));
  const joined = index % 2 === 0 ? `\nleft join ${reference(3)} as c on c.id = a.id` : '';
  return `select
    a.id,
    a.customer_id,
    a.amount + coalesce(b.amount, 0) as amount,
    a.status,
    cast(a.created_at as date) as created_at,
    '${modelName(index)}' as origin
from ${reference(1)} as a
join ${reference(2)} as b on b.id = a.id${joined}
where a.amount > ${pick(1000, index, 4)}
`;
}

function compileModel(index) {
  const spelling = { source: (name) => `{{source "raw" "${name}"}}`, ref: (name) => `{{ref "${name}"}}` };
  return `{{config materialized="${isView(index) ? 'view' : 'table'}" tags=(array "area_${index % 20}" "daily")}}
${compileQuery(index, spelling)}`;
}

const compileColumns = (index) => [
  ['customer_id', `Who ordered; the key of the customers that feed area ${index % 20}.`],
  ['amount', 'What was paid, in cents, all discounts taken off.'],
  ['status', 'How far the order is: placed, shipped, delivered or returned.'],
  ['created_at', 'Day on which the order was placed, UTC.'],
  ['origin', 'The model that the row comes from.'],
];

const compileDescription = (index) => `Orders of area ${index % 20}, step ${index}, with what was paid for them.`;

function compileProperties(index) {
  const columns = compileColumns(index);
  return `version: 2

models:
  - name: ${modelName(index)}
    description: ${compileDescription(index)}
    columns:
      - name: id
        description: Number of the order.
        tests: [not_null, unique]
${columns.map(([name, description]) => `      - name: ${name}\n        description: "${description}"\n`).join('')}`;
}

/** N models of about ten lines, each with 2–3 refs, a config call and a property file of its own: 6 columns, 2 tests. */
export function writeCompileProject(root, models) {
  writeFile(root, 'project.yaml', projectFile('compile_bench'));
  const tables = Array.from({ length: 10 }, (_, index) => `      - name: events_${index}\n`).join('');
  writeFile(root, 'models/sources.yaml', `version: 2\nsources:\n  - name: raw\n    schema: raw\n    tables:\n${tables}`);
  for (let index = 0; index < models; index += 1) {
    const path = `models/area_${padded(Math.floor(index / 100), 3)}/${modelName(index)}`;
    writeFile(root, `${path}.sql`, compileModel(index));
    writeFile(root, `${path}.yaml`, compileProperties(index));
  }
  return {
    lastModel: modelName(models - 1),
    lastFile: join(root, `models/area_${padded(Math.floor((models - 1) / 100), 3)}/${modelName(models - 1)}.sql`),
  };
}

/** Statements that make the sources of that project: tables of 20 rows in the schema `raw`. */
export function compileSources() {
  const tables = Array.from(
    { length: 10 },
    (_, index) => `create table raw.events_${index} as
select i as id, i % 7 as customer_id, i * 100 as amount, 'placed' as status, timestamp '2024-01-01' as created_at
from range(20) as r(i)`,
  );
  return ['create schema raw', ...tables];
}

/** The same project for Dataform: the same queries, graph, tags, descriptions and tests. */
export function writeDataformProject(root, models) {
  writeFile(root, 'package.json', '{ "name": "compile_bench", "private": true }\n');
  writeFile(
    root,
    'workflow_settings.yaml',
    'defaultProject: bench\ndefaultLocation: EU\ndefaultDataset: main\ndefaultAssertionDataset: assertions\n',
  );
  for (let index = 0; index < 10; index += 1) {
    writeFile(root, `definitions/sources/events_${index}.sqlx`, `config { type: "declaration", schema: "raw", name: "events_${index}" }\n`);
  }
  const spelling = { source: (name) => `\${ref("raw", "${name}")}`, ref: (name) => `\${ref("${name}")}` };
  for (let index = 0; index < models; index += 1) {
    const described = [['id', 'Number of the order.'], ...compileColumns(index)];
    const columns = described.map(([name, text]) => `    ${name}: ${JSON.stringify(text)}`).join(',\n');
    const config = `config {
  type: "${isView(index) ? 'view' : 'table'}",
  tags: ["area_${index % 20}", "daily"],
  description: ${JSON.stringify(compileDescription(index))},
  columns: {
${columns}
  },
  assertions: { nonNull: ["id"], uniqueKey: ["id"] }
}
`;
    writeFile(
      root,
      `definitions/area_${padded(Math.floor(index / 100), 3)}/${modelName(index)}.sqlx`,
      `${config}${compileQuery(index, spelling)}`,
    );
  }
}

// ---------------------------------------------------------------- a project to run

const sourceRows = 2_000;

/** Statements that make the sources of the run project: tables of 2,000 rows in the schema `raw`. */
function sourceStatements(sources, { series, nth, minutes }) {
  const tables = Array.from(
    { length: sources },
    (_, index) => `create table raw.source_${index} as
select
    i as id,
    (i * 7919 + ${index}) % 500 as customer_id,
    (i * 104729 + ${index}) % 100000 as amount,
    ${nth(['placed', 'shipped', 'delivered', 'returned'], `1 + (i + ${index}) % 4`)} as status,
    timestamp '2024-01-01' + ${minutes('i * 37')} as created_at
from ${series(sourceRows)}`,
  );
  return ['create schema raw', ...tables];
}

/**
 * The models in an order in which they can be built: views over sources (30 %), tables over what came before (40 %),
 * views over tables (30 %). `text` takes the spelling of a dependency.
 */
function runModels(count, sources) {
  const firstTable = Math.round(count * 0.3);
  const lastTable = Math.round(count * 0.7);
  return Array.from({ length: count }, (_, index) => {
    const name = modelName(index);
    if (index < firstTable) {
      const text = ({ source }) => `select id, customer_id, amount * ${1 + (index % 3)} as amount, status, cast(created_at as date) as day
from ${source(index % sources)}
where amount > ${pick(500, index, 1)}`;
      return { name, materialized: 'view', text };
    }
    if (index < lastTable) {
      const left = modelName(pick(index, index, 2));
      const right = modelName(pick(firstTable, index, 3));
      const text = ({ ref }) => `select a.id, a.customer_id, a.amount + coalesce(b.amount, 0) as amount, a.status, a.day
from ${ref(left)} as a
left join ${ref(right)} as b on b.id = a.id`;
      return { name, materialized: 'table', text };
    }
    const table = modelName(firstTable + pick(lastTable - firstTable, index, 4));
    const text = ({ ref }) => `select customer_id as id, customer_id, sum(amount) as amount, min(status) as status, max(day) as day
from ${ref(table)}
group by customer_id`;
    return { name, materialized: 'view', text };
  });
}

/**
 * A project of many small models over sources that stand already. Gives the statements that make the sources, those
 * that do by hand what the project does, and those that undo it.
 */
export function writeRunProject(root, { models, threads, target, spelling = duckdb }) {
  const sources = 20;
  const list = runModels(models, sources);
  writeFile(root, 'project.yaml', projectFile('run_bench', threads, target));
  const tables = Array.from({ length: sources }, (_, index) => `      - name: source_${index}\n`).join('');
  writeFile(root, 'models/sources.yaml', `version: 2\nsources:\n  - name: raw\n    schema: raw\n    tables:\n${tables}`);
  for (const { name, materialized, text } of list) {
    const sql = text({ source: (index) => `{{source "raw" "source_${index}"}}`, ref: (other) => `{{ref "${other}"}}` });
    writeFile(root, `models/${name}.sql`, `{{config materialized="${materialized}"}}\n${sql}\n`);
  }
  const bare = { source: (index) => `raw.source_${index}`, ref: (other) => `main.${other}` };
  return {
    setup: sourceStatements(sources, spelling),
    statements: list.map(({ name, materialized, text }) => spelling.create(materialized, `main.${name}`, text(bare))),
    drops: list.map(({ name, materialized }) => `drop ${materialized} main.${name}`).toReversed(),
  };
}

// ---------------------------------------------------------------- an incremental model

/**
 * A project with the one incremental model `events`, `rows` rows with even ids on its first run. The schema `raw` holds the
 * deltas: half of the rows have an id that is there, half a new one, either all at the end or spread over the table.
 */
export function writeIncrementalProject(root, { strategy, rows, delta, target, spelling = duckdb }) {
  const { eventColumns, eventConfig, series } = spelling;
  writeFile(root, 'project.yaml', `${projectFile('incremental_bench', 4, target)}vars:\n  delta: delta_recent\n`);
  writeFile(
    root,
    'models/events.sql',
    `{{config materialized="incremental" incremental_strategy="${strategy}"${strategy === 'append' ? '' : ' unique_key="id"'}${eventConfig(strategy)}}}
{{#if is_incremental}}
select * from {{source "raw" (var "delta")}}
{{else}}
select ${eventColumns('(i * 2)', 0)}
from ${series(rows)}
{{/if}}
`,
  );
  writeFile(
    root,
    'models/sources.yaml',
    'version: 2\nsources:\n  - name: raw\n    schema: raw\n    tables:\n      - name: delta_recent\n      - name: delta_scattered\n',
  );
  const half = delta / 2;
  const step = Math.floor(rows / half);
  const recent = `case when i < ${half} then (${rows - half} + i) * 2 else (${rows} + i - ${half}) * 2 end`;
  // Updates stand at even ids, new rows at odd ones, both over the whole range and in no order.
  const scattered = `case when i < ${half} then ((i * 7919) % ${half}) * ${step} * 2 else ((i * 6007) % ${half}) * ${step} * 2 + 1 end`;
  const table = (name, id) =>
    `create table raw.${name} as select ${eventColumns('id', 1)} from (select ${id} as id from ${series(delta)}) as d`;
  return { setup: ['create schema raw', table('delta_recent', recent), table('delta_scattered', scattered)] };
}

/** The best statements by hand to bring a delta that is a table already into `main.events`, as one transaction. */
export function incrementalByHand(strategy, delta, spelling = duckdb) {
  return fromTable(strategy, `raw.${delta}`, spelling);
}

/** The same where the delta is a query, which is to be evaluated once: through a temporary table. */
export function stagedByHand(strategy, delta, spelling = duckdb) {
  const stage = `${spelling.temporary}.stage`;
  return [`create temp table stage as select * from raw.${delta}`, ...fromTable(strategy, stage, spelling), `drop table ${stage}`];
}

function fromTable(strategy, table, { keyRange, insertAll, onConflict }) {
  const insert = `insert into main.events select * from ${table}`;
  const match = `events.id = delta.id${keyRange(table)}`;
  switch (strategy) {
    case 'append':
      return [insert];
    case 'delete_insert':
      return [`delete from main.events using ${table} as delta where ${match}`, insert];
    case 'merge':
      if (onConflict !== undefined) return [`${insert} ${onConflict}`];
      return [
        `merge into main.events using ${table} as delta on ${match} ` +
          'when matched then update set day = delta.day, customer_id = delta.customer_id, status = delta.status, ' +
          `amount = delta.amount, updated_at = delta.updated_at when not matched then ${insertAll}`,
      ];
    default:
      throw new Error(`no statement for ${strategy}`);
  }
}

// ---------------------------------------------------------------- a seed

const seedTypes = ({ text }) => ({ id: 'integer', code: text, name: text, amount: 'decimal(12, 2)', day: 'date', active: 'boolean' });

function seedRow(index) {
  const cents = pick(10_000_000, index, 1);
  const day = new Date(Date.UTC(2020, 0, 1 + pick(2000, index, 2))).toISOString().slice(0, 10);
  const name = index % 50 === 0 ? `"Customer, the ${index}th"` : `Customer number ${pick(100_000, index, 3)}`;
  return `${index},C-${padded(pick(1_000_000, index, 4), 6)},${name},${Math.floor(cents / 100)}.${padded(cents % 100, 2)},${day},${index % 3 === 0}\n`;
}

/** A project with one seed of 6 columns and about 55 bytes a row. Gives its file, its columns, and DuckDB's statement of a bulk load. */
export function writeSeedProject(root, { rows, target, spelling = duckdb }) {
  writeFile(root, 'project.yaml', projectFile('seed_bench', 4, target));
  const columns = Object.entries(seedTypes(spelling));
  writeFile(
    root,
    'seeds/customers.yaml',
    `version: 2\nseeds:\n  - name: customers\n    columns:\n${columns.map(([name, type]) => `      - name: ${name}\n        data_type: ${type}\n`).join('')}`,
  );
  const path = join(root, 'seeds/customers.csv');
  const file = openSync(path, 'w');
  try {
    writeSync(file, `${columns.map(([name]) => name).join(',')}\n`);
    let text = '';
    for (let index = 0; index < rows; index += 1) {
      text += seedRow(index);
      if (text.length < 1 << 20 && index + 1 < rows) continue;
      writeSync(file, text);
      text = '';
    }
  } finally {
    closeSync(file);
  }
  const types = columns.map(([name, type]) => `'${name}': '${type}'`).join(', ');
  return {
    path,
    table: `create table main.customers (${columns.map((column) => column.join(' ')).join(', ')})`,
    load: `create table main.customers as select * from read_csv('${path.replaceAll("'", "''")}', header = true, columns = {${types}})`,
  };
}
