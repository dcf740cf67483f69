/**
 * One row of the bad-input catalogue as data: a tiny project with one mistake, the command, and exactly what is said.
 *
 * Rows that wait for a feature, and why:
 * - 6 (names longer than 63 bytes), 59 (foreign dependents that block a change), 67 (old servers): the other engine;
 *   DuckDB has no limit on names, tracks no dependents and has no server.
 * - 26 (two output columns of one name): needs the output columns of a query, which the analysis will give. Until then
 *   the engine renames the second column.
 * - 30 (watermarks): `tx` keeps none; the rule that the query gives is tested, and so is an interval that is missing or empty.
 * - 54 (password, host): no part of a DuckDB target. A path that cannot be opened is tested.
 * - 61, 62 (packages): there are none. 66 (`</script>` in a description): the documentation site.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTx } from '../support/call-tx.ts';
import { runTx, tempProject } from '../support/tx.ts';
import type { TempProject, TxResult } from '../support/tx.ts';

/** Frames are drawn the same on every machine. */
export const SCREEN = { COLUMNS: '100', LC_ALL: 'C.UTF-8' };

/** The project of every row that does not bring its own. */
export const PROJECT = 'name: shop\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n';

export interface BadInput {
  /** Number in the catalogue, with a letter where a row has several faces. */
  readonly row: string;
  readonly title: string;
  /** Text or bytes by path. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** `build` without it. */
  readonly args?: readonly string[];
  /** Every block that is printed, line by line, in order. */
  readonly report: readonly (readonly string[])[];
  /** The mistake concerns the project as such, so that no other file is looked at. */
  readonly alone?: boolean;
}

/** A second mistake, in a file of its own, which every report has to hold as well. */
const OTHER = { path: 'models/zz_other.sql', text: 'select {{nope}}\n' };
const OTHER_BLOCK = [
  'error unknown-name  models/zz_other.sql:1:10',
  '    1 │ select {{nope}}',
  '      │          ^^^^ there is no value `nope` here',
];

/** Makes a project of `files`, with a project file unless they bring one. */
export async function badProject(files: BadInput['files']): Promise<TempProject> {
  const texts = Object.entries({ 'project.yaml': PROJECT, ...files });
  const project = await tempProject(Object.fromEntries(texts.map(([path, text]) => [path, typeof text === 'string' ? text : ''])));
  for (const [path, text] of texts) if (typeof text !== 'string') writeFileSync(join(project.root, path), text);
  return project;
}

/** Runs `tx` on a screen of one size. */
export function run(project: Pick<TempProject, 'root'>, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<TxResult> {
  return callTx(args, { cwd: project.root, env: { ...SCREEN, ...env } });
}

/** The same in a process of its own. */
export function runApart(project: Pick<TempProject, 'root'>, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<TxResult> {
  return runTx(args, { cwd: project.root, env: { ...SCREEN, ...env } });
}

/** What was printed on stderr, as blocks of lines. */
export function blocks(text: string): readonly (readonly string[])[] {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .filter((block) => block.length > 0);
}

/** The blocks that report problems, without the lines of progress around them. */
export function problems(text: string): readonly (readonly string[])[] {
  return blocks(text).filter(([head = '']) => /^(?:error|warning|fail|warn) [a-z]/.test(head));
}

/** Every file below the folder, sorted, without the cache and the mark of a run that did not get far. */
export function filesBelow(folder: string, prefix = ''): readonly string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && entry.name === 'cache') && entry.name !== 'unfinished_run.json')
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]))
    .sort();
}

/** One test for each row: exit code 2, exactly these blocks, nothing on stdout, and nothing written. */
export function testRefusals(name: string, rows: readonly BadInput[]): void {
  describe(`refused: ${name}`, () => {
    it.each(rows.map((entry) => [entry.row, entry.title, entry] as const))(
      'row %s: %s',
      async (_row, _title, { files, args, report, alone }) => {
        const project = await badProject(alone === true ? files : { ...files, [OTHER.path]: OTHER.text });
        const before = filesBelow(project.root);
        const result = await run(project, args ?? ['build']);
        const others = alone === true ? [] : [OTHER_BLOCK];
        expect(blocks(result.stderr)).toEqual(sorted([...report, ...others]));
        expect(result.stdout).toBe('');
        expect(result.code).toBe(2);
        expect(filesBelow(project.root)).toEqual(before);
        project.remove();
      },
    );
  });
}

/** Reports are in the order of their files; the other file comes last of the models. */
function sorted(report: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const path = ([head = '']: readonly string[]): string => /^\S+ \S+ {2}([^:]+)/.exec(head)?.[1] ?? '';
  return report
    .map((block, index) => ({ block, index, path: path(block) }))
    .sort((a, b) => (a.path === b.path ? a.index - b.index : a.path < b.path ? -1 : 1))
    .map(({ block }) => block);
}
