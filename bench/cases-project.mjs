/** What looks at a whole project: its types, its documentation, and a build that finds nothing to do. */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStatements } from './databases.mjs';
import { writeWideProject } from './generate-wide.mjs';
import { compileSources, writeCompileProject } from './generate.mjs';
import { measure } from './measure.mjs';
import { useServer } from './server.mjs';
import { atMost, cpu, here, peak, tx, wall } from './sides.mjs';

/** The models of the compile cases over sources that are there. */
async function makeProject({ folder, size, scratch }) {
  const made = writeCompileProject(folder, size.models);
  await runStatements(join(folder, 'warehouse.duckdb'), compileSources(), { folder, scratch });
  return made;
}

/** A compile with types beside one without, after one that comes before both: what they differ in is the analysis. */
async function compileWithTypes({ folder, scratch }, prepare) {
  await measure({ args: tx('compile'), cwd: folder }, scratch);
  return {
    tx: { args: tx('compile'), cwd: folder, prepare },
    floor: { args: tx('compile', '--no-analyze'), cwd: folder, prepare },
  };
}

/** The same project over seeds: of tables that somebody else fills nobody knows whether they are the same. */
function makeSeededProject({ folder, size }) {
  writeCompileProject(folder, size.models);
  mkdirSync(join(folder, 'seeds'));
  const rows = Array.from({ length: 20 }, (_, row) => `${row},${row % 7},${row * 100},placed,2024-01-01 00:00:00\n`);
  for (let index = 0; index < 10; index += 1)
    writeFileSync(join(folder, 'seeds', `events_${index}.csv`), `id,customer_id,amount,status,created_at\n${rows.join('')}`);
  rmSync(join(folder, 'models', 'sources.yaml'));
  for (const name of readdirSync(join(folder, 'models'), { recursive: true })) {
    if (!name.endsWith('.sql')) continue;
    const path = join(folder, 'models', name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/\{\{source "raw" ("events_\d")\}\}/g, '{{ref $1}}'));
  }
}

const nothingToDo = {
  name: 'nothing-to-do-1000',
  title: 'tx build of 1,000 models with 2,000 tests, all of it done; floor: walk, stat',
  make: async ({ folder, size, scratch }) => {
    makeSeededProject({ folder, size });
    const build = { args: tx('build'), cwd: folder };
    await measure(build, scratch);
    await measure(build, scratch);
    return { tx: build, floor: { args: [here('floor-read-files.mjs'), folder, 'stat'], cwd: folder } };
  },
  rows: (medians) => [wall(medians), cpu(medians), peak(medians)],
};

const ofAnalysis = (medians, bar) => ({
  measure: 'CPU, analysis alone',
  unit: 'ms',
  tx: medians.tx.cpuMs - medians.floor.cpuMs,
  floor: medians.floor.cpuMs,
  bar: atMost.value(bar, 'ms'),
});

const typed = {
  name: 'typed-1000',
  title: 'tx compile of 1,000 models with types and lineage of columns; floor: tx compile --no-analyze',
  make: async (place) => {
    await makeProject(place);
    const { folder } = place;
    const target = join(folder, 'target');
    const sides = await compileWithTypes(place, () => rmSync(target, { recursive: true, force: true }));
    const [manifest, sources] = [join(folder, 'bound.json'), join(folder, 'sources.json')];
    copyFileSync(join(target, 'manifest.json'), manifest);
    writeFileSync(sources, JSON.stringify(compileSources()));
    return { ...sides, bare: { args: [here('floor-bind.cjs'), manifest, sources], cwd: folder } };
  },
  rows: (medians) => [
    cpu(medians),
    {
      measure: 'CPU, analysis alone, to the bare binder',
      unit: 'ms',
      tx: medians.tx.cpuMs - medians.floor.cpuMs,
      floor: medians.bare.cpuMs,
      bar: atMost.value(2_000, 'ms'),
    },
    peak(medians),
  ],
};

/** The comment goes to the end of the last model, which reads others and is read by none. */
const typedAgain = {
  name: 'typed-again-1000',
  title: 'tx compile of the same where one model has changed; floor: tx compile --no-analyze after such a change',
  make: async (place) => {
    const { folder } = place;
    const { lastModel } = await makeProject(place);
    const found = readdirSync(join(folder, 'models'), { recursive: true }).find((path) => path.endsWith(`${lastModel}.sql`));
    const path = join(folder, 'models', found);
    const text = readFileSync(path, 'utf8');
    let turn = 0;
    return compileWithTypes(place, () => writeFileSync(path, `${text}-- ${(turn += 1)}\n`));
  },
  rows: (medians) => [
    cpu(medians),
    {
      measure: 'wall, analysis alone',
      unit: 'ms',
      tx: medians.tx.wallMs - medians.floor.wallMs,
      floor: medians.floor.wallMs,
      bar: atMost.value(250, 'ms'),
    },
  ],
};

/** The pages stand already, and are compared with what they would be: to make thousands of files costs what the file system takes. */
function docsCase({ write, bar, ...rest }) {
  return {
    ...rest,
    make: async (place) => {
      await write(place);
      const { folder, scratch } = place;
      await measure({ args: tx('docs'), cwd: folder }, scratch);
      return { tx: { args: tx('docs'), cwd: folder }, floor: { args: tx('compile'), cwd: folder } };
    },
    rows: (medians) => [
      cpu(medians),
      {
        measure: 'CPU, the site alone',
        unit: 'ms',
        tx: medians.tx.cpuMs - medians.floor.cpuMs,
        floor: medians.floor.cpuMs,
        bar: atMost.value(bar, 'ms'),
      },
      peak(medians),
    ],
  };
}

const docs = docsCase({
  name: 'docs-1000',
  title: 'tx docs of 1,000 models; floor: tx compile of them, which it begins with',
  write: makeProject,
  bar: 1_000,
});

const docsOfMany = docsCase({
  name: 'docs-5000',
  title: 'tx docs of 5,000 models of 20 columns, with the lineage of all of them; floor: tx compile, with the same',
  write: ({ folder, size }) => writeWideProject(folder, size.wideModels),
  bar: 10_000,
  optional: 'large',
});

const typedMany = {
  name: 'typed-10000',
  title: 'tx compile of 10,000 models of 20 columns with types and lineage of columns; floor: tx compile --no-analyze',
  optional: 'large',
  make: async (place) => {
    const { folder, size } = place;
    writeWideProject(folder, size.largeModels);
    return compileWithTypes(place, () => rmSync(join(folder, 'target'), { recursive: true, force: true }));
  },
  rows: (medians) => [cpu(medians), ofAnalysis(medians, 20_000), { ...peak(medians), bar: atMost.value(600, 'MB') }],
};

const typedOnServer = {
  name: 'pg-typed-1000',
  title: 'tx compile of 1,000 models of 20 columns, typed by a PostgreSQL server; floor: tx compile --no-analyze',
  optional: 'postgres',
  make: async (place) => {
    const { folder, size } = place;
    const server = await useServer();
    await server.restore(undefined, 'bench_typed');
    writeWideProject(folder, size.models, { type: 'postgres', url: server.urlOf('bench_typed') });
    return compileWithTypes(place, () => rmSync(join(folder, 'target'), { recursive: true, force: true }));
  },
  rows: (medians) => [cpu(medians), ofAnalysis(medians, 1_500), peak(medians)],
};

export const projectCases = [nothingToDo, typed, typedAgain, typedMany, typedOnServer, docs, docsOfMany];
