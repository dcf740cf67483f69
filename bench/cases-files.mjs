/** What helps while somebody types: formatting, linting, completion. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runStatements } from './databases.mjs';
import { compileSources, writeCompileProject } from './generate.mjs';
import { writeTemplates } from './generate-templates.mjs';
import { measure } from './measure.mjs';
import { atMost, cpu, here, peak, tx, wall } from './sides.mjs';

const readFiles = (folder) => ({ args: [here('floor-read-files.mjs'), folder, 'read'], cwd: folder });

const format = {
  name: 'fmt-1000',
  title: 'tx fmt of 1,000 templates of 2 kB, none of them formatted, with the proof; floor: walk, stat, read',
  make: ({ folder, size }) => {
    const prepare = () => {
      rmSync(join(folder, 'target'), { recursive: true, force: true });
      writeTemplates(folder, size.models);
    };
    prepare();
    return { tx: { args: tx('fmt'), cwd: folder, prepare }, floor: readFiles(folder) };
  },
  rows: (medians) => [wall(medians), cpu(medians, 'floor', atMost.value(25_000, 'ms')), peak(medians)],
};

const formatted = {
  name: 'fmt-unchanged-1000',
  title: 'tx fmt of the same once more: nothing has changed; floor: walk, stat, read',
  make: async ({ folder, size, scratch }) => {
    writeTemplates(folder, size.models);
    await measure({ args: tx('fmt'), cwd: folder }, scratch);
    return { tx: { args: tx('fmt'), cwd: folder }, floor: readFiles(folder) };
  },
  rows: (medians) => [wall(medians), cpu(medians, 'floor', atMost.value(500, 'ms')), peak(medians)],
};

const lint = {
  name: 'lint-1000',
  title: 'tx lint of 1,000 models by all rules, compiled before; floor: tx compile of them',
  make: async (place) => {
    const { folder, size, scratch } = place;
    writeCompileProject(folder, size.models);
    await runStatements(join(folder, 'warehouse.duckdb'), compileSources(), place);
    await measure({ args: tx('compile'), cwd: folder }, scratch);
    return { tx: { args: tx('lint'), cwd: folder }, floor: { args: tx('compile'), cwd: folder } };
  },
  rows: (medians) => [wall(medians), cpu(medians, 'floor', atMost.ratio(1)), peak(medians)],
};

const completion = {
  name: 'completion-5800',
  title: 'the completion of a name among those of 5,800 models, from the cache; floor: an empty script',
  make: async ({ folder, size, scratch }) => {
    const { lastModel } = writeCompileProject(folder, size.watchedModels);
    await measure({ args: tx('ls'), cwd: folder }, scratch);
    const typed = lastModel.slice(0, -2);
    return {
      tx: { args: tx('__complete', '--', 'build', '-s', typed), cwd: folder },
      floor: { args: [here('floor-empty.cjs')], cwd: folder },
    };
  },
  rows: (medians) => [wall(medians), cpu(medians, 'floor', atMost.value(150, 'ms')), peak(medians)],
};

export const fileCases = [format, formatted, lint, completion];
