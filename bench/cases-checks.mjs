/** The cases of tests: many small ones, many on one table, keys, and rows that are set aside; on each engine. */
import { constants, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addKeyTests,
  byHand,
  duplicates,
  keyColumns,
  oneByOne,
  wideKinds,
  writeCleanModel,
  writeSmallChecks,
  writeWideChecks,
} from './generate-checks.mjs';
import { writeIncrementalProject } from './generate.mjs';
import { measure } from './measure.mjs';
import { useServer } from './server.mjs';
import { atLeast, atMost, cpu, here, ownStepTime, peak, stepTime, tx, wall } from './sides.mjs';
import { duckdb, postgres } from './spelling.mjs';

/** A database of one engine in a folder: how it is filled, put back, and asked by hand. */
const places = {
  duckdb: ({ folder, scratch }) => {
    const work = join(folder, 'warehouse.duckdb');
    const kept = (name) => join(folder, `${name}.duckdb`);
    const byHandOf = (name, statements) => {
      const list = join(folder, `${name}.json`);
      writeFileSync(list, JSON.stringify(statements));
      return { args: [here('floor-statements.cjs'), work, list], cwd: folder, figures: ownStepTime };
    };
    return {
      spelling: duckdb,
      target: duckdb.target,
      byHand: byHandOf,
      setUp: (statements) => measure(byHandOf('setup', statements), scratch),
      keep: (name) => copyFileSync(work, kept(name), constants.COPYFILE_FICLONE),
      restore: (name) => {
        rmSync(`${work}.wal`, { force: true });
        copyFileSync(kept(name), work, constants.COPYFILE_FICLONE);
      },
      empty: () => [work, `${work}.wal`].forEach((path) => rmSync(path, { force: true })),
    };
  },
  postgres: async ({ folder }) => {
    const server = await useServer();
    const work = 'bench_work';
    await server.restore(undefined, work);
    return {
      spelling: postgres,
      target: { type: 'postgres', url: server.urlOf(work) },
      byHand: (name, statements) => {
        const list = join(folder, `${name}.json`);
        writeFileSync(list, JSON.stringify(statements));
        return { args: [here('floor-postgres.cjs'), server.urlOf(work), list], cwd: folder, figures: ownStepTime };
      },
      setUp: (statements) => server.run(work, [...statements, 'vacuum analyze']),
      keep: (name) => server.restore(work, `bench_${name}`),
      restore: (name) => server.restore(`bench_${name}`, work),
      empty: () => server.restore(undefined, work),
    };
  },
};

const onEngine = (engine, name) => (engine === 'duckdb' ? name : `pg-${name}`);
const optionOf = (engine, otherwise) => (engine === 'duckdb' ? otherwise : 'postgres');
const engines = Object.keys(places);

/** The statements with which a run asked for its tests, from its trace. */
function checkStatements(trace) {
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8'));
  return traceEvents.filter(({ cat, args }) => cat === 'statement' && args?.sql?.includes('check_index') === true);
}

/** A command, and how long the database took for its tests. */
function traced(folder, ...args) {
  const trace = join(folder, 'trace.json');
  const figures = () => ({ testMs: checkStatements(trace).reduce((sum, { dur }) => sum + dur, 0) / 1000 });
  return { args: tx(...args, '--profile', trace), cwd: folder, figures };
}

const smallCases = engines.map((engine) => ({
  name: onEngine(engine, 'checks-2000'),
  title:
    'tx test, 2,000 tests on 1,000 tables of 200 rows; floor: its statements, bare, in one transaction; beside it shorter ones by hand',
  optional: optionOf(engine),
  make: async (context) => {
    const { folder, size, scratch } = context;
    const place = await places[engine](context);
    const { setup, statements } = writeSmallChecks(folder, { tables: size.models, target: place.target, spelling: place.spelling });
    await place.setUp(setup);
    await measure({ args: tx('test', '--profile', 'trace.json'), cwd: folder }, scratch);
    return {
      tx: { args: tx('test'), cwd: folder },
      floor: place.byHand(
        'sent',
        checkStatements(join(folder, 'trace.json')).map(({ args }) => args.sql),
      ),
      hand: place.byHand('statements', statements),
    };
  },
  rows: (medians) => [
    wall(medians, 'floor', atMost.ratio(1.3)),
    cpu(medians),
    peak(medians),
    { ...wall(medians, 'hand'), measure: 'wall, by hand' },
  ],
}));

function wideCase(engine, { rows, label, optional }) {
  const bars = { duckdb: 3.5, postgres: 6 };
  return {
    name: onEngine(engine, `checks-112-${label}`),
    title: 'tx test of 112 tests on 60 columns, each kind and all; floor: one query for each; beside it the best by hand',
    optional: optionOf(engine, optional),
    make: async (context) => {
      const { folder, size } = context;
      const place = await places[engine](context);
      const { spelling, target } = place;
      const { setup } = writeWideChecks(folder, { rows: rows(size), target, spelling });
      await place.setUp(setup);
      const sides = wideKinds.flatMap((kind) => [
        [kind, traced(folder, 'test', '-s', kind === 'all' ? 'source:raw.wide' : `test_name:${kind}`)],
        [`${kind}-each`, place.byHand(`${kind}-each`, oneByOne(kind, spelling))],
        [`${kind}-hand`, place.byHand(`${kind}-hand`, byHand(kind, spelling))],
      ]);
      return Object.fromEntries(sides);
    },
    rows: (medians) =>
      wideKinds.flatMap((kind) => [
        {
          measure: `${kind}: one query each / tx`,
          unit: 'ms',
          tx: medians[`${kind}-each`].stepMs,
          floor: medians[kind].testMs,
          bar: atLeast.ratio(kind === 'all' ? bars[engine] : 1),
        },
        { measure: `${kind}: tx / by hand`, unit: 'ms', tx: medians[kind].testMs, floor: medians[`${kind}-hand`].stepMs },
      ]),
  };
}

function uniqueCase(engine, { rows, label, optional }) {
  const bars = { duckdb: { ordered: 10 }, postgres: { ordered: 4, scattered: 4 } };
  return {
    name: onEngine(engine, `unique-${label}`),
    title: 'tx test of unique: ordered numbers, scattered ones, texts of 32 letters; floor: group by, as dbt does',
    optional: optionOf(engine, optional),
    make: async (context) => {
      const { folder, size } = context;
      const place = await places[engine](context);
      const { setup } = writeWideChecks(folder, { rows: rows(size), target: place.target, spelling: place.spelling });
      await place.setUp([setup[0], ...setup.slice(2)]);
      const sides = keyColumns.flatMap((column) => [
        [column, traced(folder, 'test', '-s', `source_unique_raw_keys_${column}`)],
        [`${column}-each`, place.byHand(`${column}-each`, duplicates(column))],
      ]);
      return Object.fromEntries(sides);
    },
    rows: (medians) =>
      keyColumns.map((column) => ({
        measure: `${column}: group by / tx`,
        unit: 'ms',
        tx: medians[`${column}-each`].stepMs,
        floor: medians[column].testMs,
        bar: atLeast.ratio(bars[engine][column] ?? 0.9),
      })),
  };
}

const sizesOf = {
  duckdb: [
    { label: '1m', rows: (size) => size.seedRows },
    { label: '10m', rows: (size) => size.hugeRows / 2, optional: 'huge' },
  ],
  postgres: [{ label: '1m', rows: (size) => size.seedRows }],
};

/** The same test after an increment, which looks only at what came, and of the whole table. */
function deltaCase(engine, { rows, label, optional }) {
  return {
    name: onEngine(engine, `unique-after-increment-${label}`),
    title: 'unique inside tx build of 20,000 scattered rows, by delete_insert; floor: tx test of the whole table after it',
    optional: optionOf(engine, optional),
    make: async (context) => {
      const { folder, size, scratch } = context;
      const place = await places[engine](context);
      const { target, spelling } = place;
      const strategy = 'delete_insert';
      const { setup } = writeIncrementalProject(folder, { strategy, rows: rows(size), delta: size.delta, target, spelling });
      addKeyTests(folder);
      await place.setUp(setup);
      await measure({ args: tx('build'), cwd: folder }, scratch);
      await place.keep('before');
      // The keys of the whole stand in no order any more.
      const build = ['build', '--vars', '{delta: delta_scattered}'];
      await measure({ args: tx(...build), cwd: folder }, scratch);
      await place.keep('after');
      return {
        tx: { ...traced(folder, ...build), prepare: () => place.restore('before') },
        floor: { ...traced(folder, 'test'), prepare: () => place.restore('after') },
      };
    },
    rows: (medians) => [
      {
        measure: 'the whole / the increment',
        unit: 'ms',
        tx: medians.floor.testMs,
        floor: medians.tx.testMs,
        bar: atLeast.ratio(optional === 'huge' ? 100 : 10),
      },
    ],
  };
}

const quarantineCases = engines.map((engine) => ({
  name: onEngine(engine, 'quarantine-clean'),
  title: 'tx build of a table whose 7 tests may set rows aside, and none fails; floor: the same tests without that',
  optional: optionOf(engine),
  make: async (context) => {
    const place = await places[engine](context);
    const rows = engine === 'duckdb' ? context.size.rows : context.size.seedRows;
    const side = (name) => {
      const folder = join(context.folder, name);
      mkdirSync(folder);
      writeCleanModel(folder, { rows, aside: name === 'aside', target: place.target, spelling: place.spelling });
      const prepare = engine === 'duckdb' ? () => rmSync(join(folder, 'warehouse.duckdb'), { force: true }) : place.empty;
      return { args: tx('build'), cwd: folder, prepare, figures: () => stepTime(folder) };
    };
    return { tx: side('aside'), floor: side('plain') };
  },
  rows: (medians) => [
    { measure: 'the transaction', unit: 'ms', tx: medians.tx.stepMs, floor: medians.floor.stepMs, bar: atMost.ratio(1.02) },
    cpu(medians, 'floor', atMost.ratio(1.02)),
  ],
}));

export const checkCases = [
  ...smallCases,
  ...engines.flatMap((engine) => sizesOf[engine].flatMap((given) => [wideCase(engine, given), uniqueCase(engine, given)])),
  deltaCase('duckdb', { label: '2m', rows: (size) => size.rows }),
  deltaCase('duckdb', { label: '20m', rows: (size) => size.hugeRows, optional: 'huge' }),
  deltaCase('postgres', { label: '2m', rows: (size) => size.rows }),
  ...quarantineCases,
];
