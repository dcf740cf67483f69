/** The cases of the suite: what each makes, which programs it measures against each other, and the bar that it has to pass. */
import { constants, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeCases } from './cases-changes.mjs';
import { checkCases } from './cases-checks.mjs';
import { fileCases } from './cases-files.mjs';
import { historyCases } from './cases-history.mjs';
import { projectCases } from './cases-project.mjs';
import { postgresCases } from './cases-postgres.mjs';
import {
  compileSources,
  incrementalByHand,
  stagedByHand,
  writeCompileProject,
  writeDataformProject,
  writeIncrementalProject,
  writeRunProject,
  writeSeedProject,
} from './generate.mjs';
import { runStatements } from './databases.mjs';
import { measure } from './measure.mjs';
import { installDataform } from './rivals.mjs';
import { atLeast, atMost, cpu, here, ownStepTime, peak, program, stepTime, tx, wall } from './sides.mjs';

/** Sizes of a real run and of a smoke run, which shows only that everything works. */
export const sizes = {
  full: {
    models: 1_000,
    largeModels: 10_000,
    wideModels: 5_000,
    watchedModels: 5_800,
    runModels: 500,
    rows: 2_000_000,
    fewRows: 200_000,
    hugeRows: 20_000_000,
    delta: 20_000,
    seedRows: 1_000_000,
    snapshotRows: 1_000_000,
    batches: 1_000,
    steps: 30_000,
  },
  quick: {
    models: 20,
    largeModels: 40,
    wideModels: 40,
    watchedModels: 20,
    runModels: 20,
    rows: 2_000,
    fewRows: 1_000,
    hugeRows: 20_000,
    delta: 200,
    seedRows: 1_000,
    snapshotRows: 1_000,
    batches: 20,
    steps: 1_000,
  },
};

// ---------------------------------------------------------------- start

const startCase = (name, flag) => ({
  name,
  title: `tx ${flag}; floor: an empty script`,
  make: ({ folder }) => ({ tx: { args: tx(flag), cwd: folder }, floor: { args: [here('floor-empty.cjs')], cwd: folder } }),
  rows: (medians) => [wall(medians, 'floor', atMost.ratio(1.3)), cpu(medians, 'floor', atMost.ratio(1.3))],
});

// ---------------------------------------------------------------- compile

function compileCase({ name, title, models, args, cold, how = 'read', bars }) {
  return {
    name,
    title,
    make: async ({ folder, size, scratch }) => {
      const count = models(size);
      const { lastModel } = writeCompileProject(folder, count);
      const command = { args: tx(...args(lastModel)), cwd: folder };
      const target = join(folder, 'target');
      if (!cold) await measure(command, scratch);
      return {
        tx: { ...command, prepare: () => cold && rmSync(target, { recursive: true, force: true }) },
        floor: { args: [here('floor-read-files.mjs'), folder, how], cwd: folder },
      };
    },
    rows: (medians) => [wall(medians), cpu(medians, 'floor', bars.cpu), peak(medians, 'floor', bars.peak)],
  };
}

const compileBars = { cpu: atMost.value(400, 'ms'), peak: atMost.value(120, 'MB') };
const largeCompileBars = { cpu: atMost.value(3_000, 'ms'), peak: atMost.value(300, 'MB') };
const ls = () => ['ls'];
const compileLast = (model) => ['compile', '-s', model];

const compileCases = [
  {
    name: 'ls-1000',
    title: 'tx ls, 1,000 models, nothing cached; floor: walk, stat, read',
    models: (size) => size.models,
    args: ls,
    cold: true,
    bars: compileBars,
  },
  {
    name: 'compile-1000',
    title: 'tx compile of one of 1,000 models, nothing cached; floor: walk, stat, read',
    models: (size) => size.models,
    args: compileLast,
    cold: true,
    bars: compileBars,
  },
  {
    name: 'unchanged-1000',
    title: 'tx ls again, nothing changed; floor: walk, stat',
    models: (size) => size.models,
    args: ls,
    cold: false,
    how: 'stat',
    bars: { cpu: atMost.value(200, 'ms') },
  },
  {
    name: 'ls-10000',
    title: 'tx ls, 10,000 models, nothing cached; floor: walk, stat, read',
    models: (size) => size.largeModels,
    args: ls,
    cold: true,
    bars: largeCompileBars,
    optional: 'large',
  },
  {
    name: 'compile-10000',
    title: 'tx compile of one of 10,000 models; floor: walk, stat, read',
    models: (size) => size.largeModels,
    args: compileLast,
    cold: true,
    bars: largeCompileBars,
    optional: 'large',
  },
  {
    name: 'unchanged-10000',
    title: 'tx ls again, nothing changed; floor: walk, stat',
    models: (size) => size.largeModels,
    args: ls,
    cold: false,
    how: 'stat',
    bars: { cpu: atMost.ratio(1.7) },
    optional: 'large',
  },
].map(({ optional, ...given }) => ({ ...compileCase(given), optional }));

// ---------------------------------------------------------------- rivals

/** The whole project, cold: what both have to do before anything else. */
const dataformCase = {
  name: 'compile-1000-dataform',
  title: 'tx compile of all of 1,000 models, nothing cached; floor: dataform compile of the same project',
  optional: 'rivals',
  make: ({ folder, size }) => {
    const [ours, theirs] = ['tx', 'dataform'].map((name) => join(folder, name));
    for (const project of [ours, theirs]) mkdirSync(project);
    writeCompileProject(ours, size.models);
    writeDataformProject(theirs, size.models);
    const target = join(ours, 'target');
    return {
      tx: { args: tx('compile'), cwd: ours, prepare: () => rmSync(target, { recursive: true, force: true }) },
      floor: installDataform(theirs),
    };
  },
  rows: (medians) => [wall(medians), cpu(medians), peak(medians)],
};

// ---------------------------------------------------------------- databases

/** Puts a fresh copy of a database in place. */
function restore(from, to) {
  rmSync(`${to}.wal`, { force: true });
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

// ---------------------------------------------------------------- run

function runCase({ name, title, again, threads, rows }) {
  return {
    name,
    title,
    make: async (context) => {
      const { folder, size, scratch } = context;
      const { setup, statements } = writeRunProject(folder, { models: size.runModels, threads: 4 });
      const base = join(folder, 'base.duckdb');
      const work = join(folder, 'warehouse.duckdb');
      await runStatements(base, setup, context);
      const run = (count) => ({ args: tx('run', '--threads', String(count)), cwd: folder });
      if (again) {
        restore(base, work);
        await measure(run(4), scratch);
        restore(work, base);
      }
      const list = join(folder, 'statements.json');
      writeFileSync(list, JSON.stringify(statements));
      const prepare = () => restore(base, work);
      const sides = Object.fromEntries(threads.map((count, index) => [index === 0 ? 'tx' : `tx${count}`, { ...run(count), prepare }]));
      return { ...sides, floor: { args: [here('floor-statements.cjs'), work, list], cwd: folder, prepare } };
    },
    rows,
  };
}

const runCases = [
  runCase({
    name: 'run-500',
    title: 'tx run, 500 small models into an empty schema; floor: the same SQL, one by one, in one transaction',
    again: false,
    threads: [4, 1],
    rows: (medians) => [
      wall(medians, 'floor', atMost.ratio(0.9)),
      cpu(medians),
      peak(medians),
      { measure: 'wall, 1 thread', unit: 'ms', tx: medians.tx1.wallMs, floor: medians.floor.wallMs },
      { measure: '1 thread / 4 threads', unit: 'ms', tx: medians.tx1.wallMs, floor: medians.tx.wallMs, bar: atLeast.ratio(1.4) },
    ],
  }),
  runCase({
    name: 'rerun-500',
    title: 'tx run of the same 500 models where all of them stand; floor: create or replace, one by one, in one transaction',
    again: true,
    threads: [4],
    rows: (medians) => [wall(medians, 'floor', atMost.ratio(0.9)), cpu(medians)],
  }),
];

// ---------------------------------------------------------------- incremental

function incrementalCase({ strategy, keys, huge = false }) {
  const delta = `delta_${keys}`;
  const size = (from) => (huge ? from.hugeRows : from.rows);
  return {
    name: `incremental-${strategy.replace('_', '-')}-${keys}${huge ? '-20m' : ''}`,
    title: `tx run, 20,000 ${keys} rows into ${huge ? '20' : '2'} M by ${strategy}; floor: the best statement by hand`,
    optional: huge ? 'huge' : undefined,
    make: async (context) => {
      const { folder, size: from, scratch } = context;
      const { setup } = writeIncrementalProject(folder, { strategy, rows: size(from), delta: from.delta });
      const base = join(folder, 'base.duckdb');
      const work = join(folder, 'warehouse.duckdb');
      await runStatements(work, setup, context);
      await measure({ args: tx('run'), cwd: folder }, scratch);
      restore(work, base);
      const list = join(folder, 'statements.json');
      writeFileSync(list, JSON.stringify(incrementalByHand(strategy, delta)));
      const stagedList = join(folder, 'staged.json');
      writeFileSync(stagedList, JSON.stringify(stagedByHand(strategy, delta)));
      const prepare = () => restore(base, work);
      return {
        tx: { args: tx('run', '--vars', `{delta: ${delta}}`), cwd: folder, prepare, figures: () => stepTime(folder) },
        floor: { args: [here('floor-statements.cjs'), work, list], cwd: folder, prepare, figures: ownStepTime },
        staged: { args: [here('floor-statements.cjs'), work, stagedList], cwd: folder, prepare, figures: ownStepTime },
      };
    },
    rows: (medians) => [
      { measure: 'the transaction', unit: 'ms', tx: medians.tx.stepMs, floor: medians.floor.stepMs, bar: atMost.ratio(1.15) },
      { measure: 'to one with a stage', unit: 'ms', tx: medians.tx.stepMs, floor: medians.staged.stepMs },
      wall(medians),
      cpu(medians),
    ],
  };
}

const incrementalCases = [
  { strategy: 'append', keys: 'recent' },
  { strategy: 'delete_insert', keys: 'recent' },
  { strategy: 'delete_insert', keys: 'scattered' },
  { strategy: 'merge', keys: 'recent' },
  { strategy: 'merge', keys: 'scattered' },
  { strategy: 'delete_insert', keys: 'recent', huge: true },
  { strategy: 'delete_insert', keys: 'scattered', huge: true },
].map(incrementalCase);

// ---------------------------------------------------------------- seed, scheduler

const seedCase = {
  name: 'seed-1m',
  title: 'tx seed, 1,000,000 rows of 6 columns; floor: create table from read_csv with the same types',
  make: ({ folder, size }) => {
    const { load } = writeSeedProject(folder, { rows: size.seedRows });
    const database = join(folder, 'warehouse.duckdb');
    const list = join(folder, 'statements.json');
    writeFileSync(list, JSON.stringify([load]));
    const prepare = () => {
      rmSync(database, { force: true });
      rmSync(`${database}.wal`, { force: true });
    };
    return {
      tx: { args: tx('seed'), cwd: folder, prepare },
      floor: { args: [here('floor-statements.cjs'), database, list], cwd: folder, prepare },
    };
  },
  rows: (medians) => [wall(medians, 'floor', atMost.ratio(1.2)), cpu(medians), peak(medians)],
};

// ---------------------------------------------------------------- watch

/** One of many models is saved, its columns stay: what `--watch` does until it is checked, and until its run begins. */
const watchCase = {
  name: 'watch-5800',
  title: 'one of 5,800 models is saved while tx run --watch waits; floor: opening the database alone',
  optional: 'large',
  make: async (context) => {
    const { folder, size, scratch } = context;
    const { lastModel, lastFile } = writeCompileProject(folder, size.watchedModels);
    const database = join(folder, 'warehouse.duckdb');
    await runStatements(database, compileSources(), context);
    await measure({ args: tx('run', '--quiet'), cwd: folder }, scratch);
    const saves = '7';
    const figures = (stdout) => JSON.parse(stdout);
    return {
      tx: { args: [here('watch-reaction.mjs'), program, folder, lastFile, lastModel, saves], cwd: folder, figures },
      floor: { args: [here('floor-open.cjs'), database, saves], cwd: folder, figures },
    };
  },
  rows: ({ tx: { checkedMs, startedMs, freeMs }, floor: { openMs } }) => [
    { measure: 'save to checked', unit: 'ms', tx: checkedMs, floor: openMs, bar: atMost.value(150, 'ms') },
    { measure: 'save to run', unit: 'ms', tx: startedMs, floor: openMs },
    { measure: 'save to free', unit: 'ms', tx: freeMs, floor: openMs },
  ],
};

const schedulerCase = {
  name: 'scheduler-30000',
  title: 'the scheduler over 30,000 steps that do nothing; floor: the bare algorithm',
  make: async ({ folder, size }) => {
    const { build } = await import('esbuild');
    const bundle = join(folder, 'scheduler.mjs');
    await build({
      entryPoints: [here('../src/execute/scheduler.ts')],
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
    return { tx: { args: [here('no-op-schedule.mjs'), bundle, String(size.steps)], cwd: folder, figures: (stdout) => JSON.parse(stdout) } };
  },
  rows: ({ tx: { fullUs, tenthUs, bareUs } }) => [
    { measure: 'CPU a step', unit: 'us', tx: fullUs, floor: bareUs, bar: atMost.value(20, 'us') },
    { measure: 'slope from 1/10', unit: 'us', tx: fullUs, floor: tenthUs, bar: atMost.ratio(1.2) },
  ],
};

export const cases = [
  startCase('version', '--version'),
  startCase('help', '--help'),
  ...compileCases,
  ...changeCases,
  ...projectCases,
  ...fileCases,
  dataformCase,
  ...runCases,
  ...incrementalCases,
  seedCase,
  ...historyCases,
  watchCase,
  schedulerCase,
  ...postgresCases,
  ...checkCases,
];

/** Makes the folder of a case and everything in it; gives the programs to measure, by side. */
export async function makeCase(given, { root, size }) {
  const folder = join(root, given.name);
  const scratch = join(root, `${given.name}.scratch`);
  mkdirSync(folder, { recursive: true });
  mkdirSync(scratch, { recursive: true });
  return { folder, scratch, sides: await given.make({ folder, scratch, size }) };
}
