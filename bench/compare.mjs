/** Compares the figures of a run with those of an earlier one. */
import { readFileSync } from 'node:fs';
import { formatFigure, renderTable } from './table.mjs';

/** Figures of one program vary by about this much from run to run. */
const noise = 1.1;

/** The report that an earlier run wrote with `--json`. */
export function readReport(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${cause.message}`, { cause });
  }
  if (!Array.isArray(report?.rows)) throw new Error(`${path} is no report of this suite`);
  return report;
}

/**
 * For each figure that both have, how its ratio to the floor changed: the floor was measured beside it each time, so that
 * another machine or another load is not taken for another program.
 */
export function compareReports(before, now) {
  const key = (row) => `${row.case}\n${row.measure}`;
  const earlier = new Map(before.map((row) => [key(row), row]));
  return now.flatMap((row) => {
    const old = earlier.get(key(row));
    if (old === undefined) return [];
    const change = row.ratio / old.ratio;
    const verdict = change > noise ? 'slower' : change < 1 / noise ? 'faster' : '';
    const { case: name, measure, unit, tx, ratio } = row;
    return [{ case: name, measure, unit, txBefore: old.tx, tx, ratioBefore: old.ratio, ratio, change, verdict }];
  });
}

/** The comparison as a table; two machines or engines are named. */
export function renderChanges(changes, machineBefore, machine) {
  const lines = changes.map((row, index) => [
    changes[index - 1]?.case === row.case ? '' : row.case,
    row.measure,
    formatFigure(row.txBefore, row.unit),
    formatFigure(row.tx, row.unit),
    row.ratioBefore.toFixed(2),
    row.ratio.toFixed(2),
    `${row.change >= 1 ? '+' : ''}${Math.round((row.change - 1) * 100)} %`,
    row.verdict,
  ]);
  const table = renderTable(['case', 'measure', 'tx before', 'tx', 'ratio before', 'ratio', 'change', 'verdict'], lines, [2, 3, 4, 5, 6]);
  const differs = ['cpu', 'cores', 'node', 'engine'].filter((name) => machineBefore?.[name] !== machine[name]);
  const note = differs.map((name) => `${name} was ${machineBefore?.[name] ?? 'unknown'}, is ${machine[name]}`).join('; ');
  return note === '' ? table : `${table}\n${note}: trust the ratios alone`;
}
