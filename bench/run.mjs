/** Runs the suite: `node bench/run.mjs [--runs 5] [--only run-500] [--large] [--huge] [--postgres] [--rivals] [--quick] [--against file] [--json file]`. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases, makeCase, sizes } from './cases.mjs';
import { compareReports, readReport, renderChanges } from './compare.mjs';
import { measureSides } from './measure.mjs';
import { rivalVersions } from './rivals.mjs';
import { stopServer } from './server.mjs';
import { formatFigure, renderTable } from './table.mjs';

const usage = `usage: node bench/run.mjs [options]
  --runs <n>     times that each program is measured; the median counts (default 5)
  --only <name>  only cases whose name contains this; may be given again
  --large        also the cases of 10,000 models
  --huge         also the cases of 20 million rows
  --postgres     also the cases on a PostgreSQL server, which is started for the run
  --rivals       also other programs on the same projects: installs them from npm into the folder of the run
  --against <file>  compare with the figures of an earlier --json
  --quick        tiny inputs, to see that everything works; bars are not judged
  --json <file>  write the figures there
  --list         print the names of all cases
`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: 'string', default: '5' },
        only: { type: 'string', multiple: true, default: [] },
        large: { type: 'boolean', default: false },
        huge: { type: 'boolean', default: false },
        postgres: { type: 'boolean', default: false },
        rivals: { type: 'boolean', default: false },
        against: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number above zero');
    return { ...values, runs };
  } catch (cause) {
    process.stderr.write(`error: ${cause.message}\n${usage}`);
    process.exit(2);
  }
}

/** A case that is named exactly is meant alone, optional or not; a part of a name finds those of a plain run. */
function chooseCases({ only, large, huge, postgres, rivals }) {
  const wishes = { large, huge, postgres, rivals };
  const wished = ({ optional }) => optional === undefined || wishes[optional];
  if (only.length === 0) return cases.filter(wished);
  const names = new Set(cases.map(({ name }) => name));
  const isMeant = (entry, word) => (names.has(word) ? entry.name === word : entry.name.includes(word) && wished(entry));
  return cases.filter((entry) => only.some((word) => isMeant(entry, word)));
}

function describeMachine() {
  const require = createRequire(import.meta.url);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    engine: require('@duckdb/node-api/package.json').version,
    rivals: rivalVersions,
    tx: JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version,
  };
}

function judge(row, given, quick) {
  const ratio = row.tx / row.floor;
  const { bar, ...figures } = row;
  const verdict = bar === undefined || quick ? '' : bar.holds({ tx: row.tx, ratio }) ? 'holds' : 'MISSED';
  return { case: given.name, ...figures, ratio, bar: bar?.text ?? '', verdict };
}

function renderFigures(rows) {
  const lines = rows.map((row, index) => [
    rows[index - 1]?.case === row.case ? '' : row.case,
    row.measure,
    formatFigure(row.tx, row.unit),
    formatFigure(row.floor, row.unit),
    row.ratio.toFixed(2),
    row.bar,
    row.verdict,
  ]);
  return renderTable(['case', 'measure', 'tx', 'floor', 'ratio', 'bar', 'verdict'], lines, [2, 3, 4]);
}

async function main() {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  if (options.list) {
    process.stdout.write(
      `${cases.map(({ name, title, optional }) => `${name}${optional === undefined ? '' : ` (--${optional})`}: ${title}`).join('\n')}\n`,
    );
    return;
  }
  const chosen = chooseCases(options);
  if (chosen.length === 0) {
    process.stderr.write(`error: no case is called ${options.only.join(' or ')}; --list names them\n`);
    process.exitCode = 2;
    return;
  }
  let before;
  try {
    before = options.against === undefined ? undefined : readReport(options.against);
  } catch (cause) {
    process.stderr.write(`error: ${cause.message}\n`);
    process.exitCode = 2;
    return;
  }
  const size = options.quick ? sizes.quick : sizes.full;
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tx-bench-')));
  const removeRoot = () => rmSync(root, { recursive: true, force: true });
  const cancel = () => {
    removeRoot();
    process.exit(130);
  };
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  const rows = [];
  const failures = [];
  try {
    for (const given of chosen) {
      process.stderr.write(`${given.name}: ${given.title}\n`);
      try {
        const { folder, scratch, sides } = await makeCase(given, { root, size });
        const medians = await measureSides(sides, options.runs, scratch);
        rows.push(...given.rows(medians).map((row) => judge(row, given, options.quick)));
        rmSync(folder, { recursive: true, force: true });
        rmSync(scratch, { recursive: true, force: true });
      } catch (cause) {
        failures.push({ case: given.name, message: cause.message });
        process.stderr.write(`${given.name} failed: ${cause.message}\n`);
      }
    }
  } finally {
    await stopServer();
    removeRoot();
  }
  const machine = describeMachine();
  if (rows.length > 0) process.stdout.write(`${renderFigures(rows)}\n`);
  process.stdout.write(`medians of ${options.runs} on ${machine.cores} x ${machine.cpu}, Node ${machine.node}, engine ${machine.engine}\n`);
  const changes = before === undefined ? undefined : compareReports(before.rows, rows);
  if (changes !== undefined) process.stdout.write(`\n${renderChanges(changes, before.machine, machine)}\n`);
  if (options.json !== undefined) {
    const report = { machine, runs: options.runs, quick: options.quick, rows, failures, ...(changes === undefined ? {} : { changes }) };
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

await main();
