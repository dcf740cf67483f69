/** The cases on a PostgreSQL server. The floors have a connection of their own and the same server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { incrementalByHand, stagedByHand, writeIncrementalProject, writeRunProject, writeSeedProject } from './generate.mjs';
import { measure } from './measure.mjs';
import { useServer } from './server.mjs';
import { atLeast, atMost, cpu, here, ownStepTime, peak, serverCpu, stepTime, tx, wall } from './sides.mjs';
import { postgres as spelling } from './spelling.mjs';

const [base, work] = ['bench_base', 'bench_work'];

const targetOf = (server) => ({ type: 'postgres', url: server.urlOf(work) });

/** The program that sends these statements with the driver alone. */
function bySends(server, folder, name, statements) {
  const list = join(folder, `${name}.json`);
  writeFileSync(list, JSON.stringify(statements));
  return { args: [here('floor-postgres.cjs'), server.urlOf(work), list], cwd: folder, figures: ownStepTime };
}

/** Keeps the database as it is now, to start each measurement from. */
async function keep(server, statements) {
  await server.run(work, [...statements, 'vacuum analyze']);
  await server.restore(work, base);
}

function runCase({ name, title, again, threads, rows }) {
  return {
    name,
    title,
    optional: 'postgres',
    make: async ({ folder, size, scratch }) => {
      const server = await useServer();
      const project = writeRunProject(folder, { models: size.runModels, threads: 4, target: targetOf(server), spelling });
      const run = (count) => ({ args: tx('run', '--threads', String(count)), cwd: folder });
      await server.restore(undefined, work);
      await server.run(work, [...project.setup, 'create schema main']);
      if (again) await measure(run(4), scratch);
      await keep(server, []);
      const prepare = () => server.restore(base, work);
      const sides = threads.map((count, index) => [index === 0 ? 'tx' : `tx${count}`, server.watched({ ...run(count), prepare })]);
      const statements = again ? [...project.drops, ...project.statements] : project.statements;
      const floor = server.watched({ ...bySends(server, folder, 'statements', statements), prepare });
      return { ...Object.fromEntries(sides), floor };
    },
    rows,
  };
}

const runCases = [
  runCase({
    name: 'pg-run-500',
    title: 'tx run on PostgreSQL, 500 small models into an empty schema; floor: the same SQL, one by one, in one transaction',
    again: false,
    threads: [4, 1],
    rows: (medians) => [
      wall(medians, 'floor', atMost.ratio(0.9)),
      cpu(medians),
      serverCpu(medians),
      peak(medians),
      { measure: 'wall, 1 thread', unit: 'ms', tx: medians.tx1.wallMs, floor: medians.floor.wallMs },
      { measure: '1 thread / 4 threads', unit: 'ms', tx: medians.tx1.wallMs, floor: medians.tx.wallMs, bar: atLeast.ratio(1.4) },
    ],
  }),
  runCase({
    name: 'pg-rerun-500',
    title: 'the same where all of them stand; floor: drop and create, one by one, in one transaction',
    again: true,
    threads: [4],
    rows: (medians) => [wall(medians, 'floor', atMost.ratio(0.9)), cpu(medians), serverCpu(medians)],
  }),
];

function incrementalCase({ strategy, keys, few = false }) {
  const delta = `delta_${keys}`;
  return {
    name: `pg-incremental-${strategy.replace('_', '-')}-${keys}${few ? '-200k' : ''}`,
    title: `tx run on PostgreSQL, 20,000 ${keys} rows into ${few ? '200,000' : '2 M'} by ${strategy}; floor: the best statement by hand`,
    optional: 'postgres',
    make: async ({ folder, size, scratch }) => {
      const server = await useServer();
      const rows = few ? size.fewRows : size.rows;
      const { setup } = writeIncrementalProject(folder, { strategy, rows, delta: size.delta, target: targetOf(server), spelling });
      await server.restore(undefined, work);
      await server.run(work, setup);
      await measure({ args: tx('run'), cwd: folder }, scratch);
      await keep(server, []);
      const prepare = () => server.restore(base, work);
      return {
        tx: server.watched({ args: tx('run', '--vars', `{delta: ${delta}}`), cwd: folder, prepare, figures: () => stepTime(folder) }),
        floor: server.watched({ ...bySends(server, folder, 'statements', incrementalByHand(strategy, delta, spelling)), prepare }),
        staged: { ...bySends(server, folder, 'staged', stagedByHand(strategy, delta, spelling)), prepare },
      };
    },
    rows: (medians) => [
      { measure: 'the transaction', unit: 'ms', tx: medians.tx.stepMs, floor: medians.floor.stepMs, bar: atMost.ratio(1.15) },
      { measure: 'to one with a stage', unit: 'ms', tx: medians.tx.stepMs, floor: medians.staged.stepMs },
      wall(medians),
      cpu(medians),
      serverCpu(medians),
    ],
  };
}

const incrementalCases = ['append', 'delete_insert', 'merge'].flatMap((strategy) =>
  (strategy === 'append' ? ['recent'] : ['recent', 'scattered']).flatMap((keys) =>
    [true, false].map((few) => incrementalCase({ strategy, keys, few })),
  ),
);

const seedCase = {
  name: 'pg-seed-1m',
  title: 'tx seed on PostgreSQL, 1,000,000 rows of 6 columns; floor: create table and COPY of the file',
  optional: 'postgres',
  make: async ({ folder, size }) => {
    const server = await useServer();
    const { path, table } = writeSeedProject(folder, { rows: size.seedRows, target: targetOf(server), spelling });
    await server.restore(undefined, work);
    await keep(server, ['create schema main']);
    const prepare = () => server.restore(base, work);
    const copy = { copy: 'copy main.customers from stdin (format csv, header)', path };
    return {
      tx: server.watched({ args: tx('seed'), cwd: folder, prepare }),
      floor: server.watched({ ...bySends(server, folder, 'statements', [table, copy]), prepare }),
    };
  },
  rows: (medians) => [wall(medians, 'floor', atMost.ratio(1.2)), cpu(medians), serverCpu(medians), peak(medians)],
};

export const postgresCases = [...runCases, ...incrementalCases, seedCase];
