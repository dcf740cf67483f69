/** What has changed since the last command, in each of its kinds; and how soon a run sends its first statement. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runStatements } from './databases.mjs';
import { compileSources, writeCompileProject } from './generate.mjs';
import { measure } from './measure.mjs';
import { atMost, cpu, here, ownStepTime, tx } from './sides.mjs';

/** A file of the project that a case changes, and its text. */
function fileOf(folder, model, extension) {
  const found = readdirSync(join(folder, 'models'), { recursive: true }).find((path) => basename(path) === `${model}.${extension}`);
  const path = join(folder, 'models', found);
  return { path, text: readFileSync(path, 'utf8') };
}

/** By kind: what is made before the first command, and what each measured one finds changed. */
const kinds = {
  model: (folder, model) => {
    const { path, text } = fileOf(folder, model, 'sql');
    return (turn) => writeFileSync(path, `${text}-- ${turn}\n`);
  },
  properties: (folder, model) => {
    const { path, text } = fileOf(folder, model, 'yaml');
    return (turn) => writeFileSync(path, text.replace(/description: Orders/, `description: (${turn}) Orders`));
  },
  // Of one model: what all of them call is a change of all of them.
  macro: (folder, model) => {
    const path = join(folder, 'macros', 'turn.sql');
    const { path: user, text } = fileOf(folder, model, 'sql');
    const write = (turn) => writeFileSync(path, `{{#macro "turn"}}\n${turn}\n{{/macro}}\n`);
    mkdirSync(join(folder, 'macros'));
    writeFileSync(user, text.replace('a.id,', 'a.id, {{turn}} as turn,'));
    write(0);
    return write;
  },
  added: (folder) => (turn) => writeFileSync(join(folder, 'models', `added_${turn}.sql`), 'select 1 as id\n'),
  removed: (folder) => {
    const path = (turn) => join(folder, 'models', `extra_${turn}.sql`);
    for (let turn = 1; turn <= 100; turn += 1) writeFileSync(path(turn), 'select 1 as id\n');
    return (turn) => rmSync(path(turn));
  },
};

/** One file changes before each run; the same command where nothing changes is what that costs more than. */
function changedCase({ kind, suffix, models, optional }) {
  return {
    name: `changed-${kind === 'model' ? '' : `${kind}-`}${suffix}`,
    title: `tx ls -s of one model after a change (${kind}); floor: walk, stat; beside it the same where nothing has changed`,
    optional,
    make: async ({ folder, size, scratch }) => {
      const { lastModel } = writeCompileProject(folder, models(size));
      const change = kinds[kind](folder, lastModel);
      const command = { args: tx('ls', '-s', lastModel), cwd: folder };
      await measure(command, scratch);
      let turn = 0;
      return {
        tx: { ...command, prepare: () => change((turn += 1)) },
        // What was written just now would be read once more by the command that is to read nothing.
        unchanged: { ...command, prepare: () => measure(command, scratch) },
        floor: { args: [here('floor-read-files.mjs'), folder, 'stat'], cwd: folder },
      };
    },
    rows: (medians) => [
      cpu(medians),
      cpu({ ...medians, tx: medians.unchanged }, 'floor', atMost.ratio(1.7)),
      {
        measure: 'CPU, the change alone',
        unit: 'ms',
        tx: medians.tx.cpuMs - medians.unchanged.cpuMs,
        floor: medians.unchanged.cpuMs,
        bar: atMost.value(20, 'ms'),
      },
    ],
  };
}

const changes = Object.keys(kinds).flatMap((kind) => [
  changedCase({ kind, suffix: '1000', models: (size) => size.models }),
  changedCase({ kind, suffix: '10000', models: (size) => size.largeModels, optional: 'large' }),
]);

/** Milliseconds from the start of the process to the first statement, as the trace of the last run tells. */
function firstStatement(folder) {
  const parsed = JSON.parse(readFileSync(join(folder, 'trace.json'), 'utf8'));
  const times = (parsed.traceEvents ?? parsed).flatMap(({ cat, ts }) => (cat === 'statement' ? [ts] : []));
  return { firstMs: Math.min(...times) / 1000 };
}

function firstStatementCase({ name, models, optional }) {
  return {
    name,
    title: 'tx run of one model, nothing changed: until its first statement; floor: tx ls of it, and the start of the driver',
    optional,
    make: async ({ folder, size, scratch }) => {
      const { lastModel } = writeCompileProject(folder, models(size));
      await runStatements(join(folder, 'warehouse.duckdb'), compileSources(), { folder, scratch });
      const run = { args: tx('run', '-s', lastModel, '--profile', 'trace.json'), cwd: folder };
      const list = { args: tx('ls', '-s', lastModel), cwd: folder };
      await measure({ args: tx('run', '-s', `+${lastModel}`), cwd: folder }, scratch);
      return {
        tx: { ...run, figures: () => firstStatement(folder) },
        floor: list,
        driver: { args: [here('floor-driver.cjs'), join(folder, 'warehouse.duckdb')], cwd: folder, figures: ownStepTime },
      };
    },
    rows: ({ tx: run, floor, driver }) => [
      { measure: 'to the first statement', unit: 'ms', tx: run.firstMs, floor: floor.wallMs + driver.driverMs, bar: atMost.ratio(1.3) },
    ],
  };
}

export const changeCases = [
  ...changes,
  firstStatementCase({ name: 'first-statement-1000', models: (size) => size.models }),
  firstStatementCase({ name: 'first-statement-10000', models: (size) => size.largeModels, optional: 'large' }),
];
