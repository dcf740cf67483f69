import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialect } from '../adapters/duckdb/dialect.ts';
import { engine } from '../adapters/duckdb/engine.ts';
import { checkNames, findCheck } from '../checks/vocabulary.ts';
import { hasErrors, sortDiagnostics } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { loadProject } from '../project/load-project.ts';
import { memoryFiles } from '../project/memory-files.ts';
import type { Project, ProjectSource } from '../project/project.ts';
import { readSources } from '../project/read-sources.ts';
import type { FreshFile } from './compiled-file.ts';
import { compareFiles, freshFiles } from './compiled-file.ts';
import { compileProject } from './compile-project.ts';
import type { EarlierCompile } from './earlier.ts';
import { nothingEarlier } from './earlier.ts';
import { earlierOfRecords } from './earlier-records.ts';
import { editSequences, editedProjectYaml, exportsOf, soundProject } from './edits-fixture.ts';
import type { Edit } from './edits-fixture.ts';
import type { FactName } from './fact.ts';
import type { FileRecord } from './file-record.ts';
import { uniteDiagnostics, uniteRecords } from './file-record.ts';

interface Loaded {
  readonly project: Project;
  readonly fresh: ReadonlyMap<string, FreshFile>;
}

async function load(files: Readonly<Record<string, string>>): Promise<Loaded> {
  const disk = memoryFiles({ 'project.yaml': editedProjectYaml, ...files });
  const { value: project } = await loadProject({ root: '/project', vars: {}, env: {} }, { files: disk }, [engine]);
  if (project === undefined) throw new Error('the project does not load');
  const sources: readonly ProjectSource[] = readSources('/project', project.files, disk).value;
  return { project, fresh: freshFiles(project, sources) };
}

interface Compiled {
  readonly records: readonly FileRecord[];
  readonly ofProject: readonly Diagnostic[];
  readonly unused: readonly FactName[];
}

async function compile({ project, fresh }: Loaded, changed: ReadonlyMap<string, FreshFile>, earlier: EarlierCompile): Promise<Compiled> {
  const records: FileRecord[] = [];
  const load = (path: string): Promise<Record<string, unknown>> => Promise.resolve(exportsOf(fresh.get(path)?.text ?? ''));
  const { diagnostics, unused } = await compileProject(
    { project, dialect, flagVars: {}, findCheck, checkNames, fresh: changed, earlier },
    { js: { load } },
    (record) => void records.push(record),
  );
  return { records, ofProject: diagnostics, unused };
}

/** A compile as something to compare: nodes, hooks and problems, without what depends on who was asked when. */
function visible({ project, fresh }: Loaded, { records, ofProject }: Compiled): unknown {
  const sorted = records.toSorted((a, b) => compareFiles(a.file, b.file));
  const compiled = uniteRecords({ name: project.name, engine: dialect.engine }, sorted, { get: (path) => fresh.get(path)?.text });
  return JSON.parse(JSON.stringify({ ...compiled, diagnostics: sortDiagnostics(uniteDiagnostics(sorted, ofProject)) }));
}

function apply(files: Files, edits: readonly Edit[]): Files {
  const next = new Map(Object.entries(files));
  for (const { path, content } of edits) {
    if (content === undefined) next.delete(path);
    else next.set(path, content);
  }
  return Object.fromEntries(next);
}

type Files = Readonly<Record<string, string>>;

/** What was compiled of which files, as the starting point of the next compile. */
interface Base {
  readonly files: Files;
  readonly compiled: Compiled;
}

/** Files of `loaded` that `before` did not have, or had with another text. */
function changedFiles({ fresh }: Loaded, before: Files): ReadonlyMap<string, FreshFile> {
  const isKept = (path: string, text: string | undefined): boolean =>
    path === 'project.yaml' || (path in before && (text === undefined || text === before[path]));
  return new Map([...fresh].filter(([path, { text }]) => !isKept(path, text)));
}

/** Compiles what has changed since `base`, and puts the rest beside it. */
async function compileAgain(loaded: Loaded, base: Base): Promise<Compiled & { readonly repeated: number }> {
  const changed = changedFiles(loaded, base.files);
  const lost = new Set([...changed.keys(), ...Object.keys(base.files).filter((path) => !loaded.fresh.has(path))]);
  const earlier = earlierOfRecords({ ...base.compiled, texts: { get: (path) => base.files[path] } }, lost);
  const partial = await compile(loaded, changed, earlier);
  const made = new Set(partial.records.map((record) => record.file.path));
  const kept = base.compiled.records.filter((record) => !lost.has(record.file.path) && !made.has(record.file.path));
  return { ...partial, records: [...kept, ...partial.records], repeated: partial.records.length };
}

/** Whether the project stands as a whole: else nothing of it is kept. */
function isSound({ records, ofProject }: Compiled): boolean {
  return !hasErrors(uniteDiagnostics(records, ofProject).filter((entry) => entry.node === undefined));
}

describe('a compile that knows of an earlier one', () => {
  it('gives what a compile from nothing gives, after any edits', async () => {
    const seen = { compared: 0, repeated: 0, files: 0 };
    await fc.assert(
      fc.asyncProperty(editSequences, async (sequence) => {
        let files: Files = soundProject;
        const first = await load(files);
        let base: Base = { files, compiled: await compile(first, first.fresh, nothingEarlier) };
        for (const edits of sequence) {
          files = apply(files, edits);
          const loaded = await load(files);
          const again = await compileAgain(loaded, base);
          expect(visible(loaded, again)).toEqual(visible(loaded, await compile(loaded, loaded.fresh, nothingEarlier)));
          if (isSound(again)) base = { files, compiled: again };
          seen.compared += 1;
          seen.repeated += again.repeated;
          seen.files += loaded.fresh.size;
        }
      }),
      { numRuns: 25 },
    );
    // Otherwise the test would say nothing: most of a project stays as it was.
    expect(seen.compared).toBeGreaterThan(60);
    expect(seen.repeated / seen.files).toBeLessThan(0.6);
  }, 120_000);

  const compileEdited = async (edits: readonly Edit[], files: Files = soundProject): Promise<readonly string[]> => {
    const before = await load(files);
    const base = { files, compiled: await compile(before, before.fresh, nothingEarlier) };
    const { records, repeated } = await compileAgain(await load(apply(files, edits)), base);
    return records.slice(records.length - repeated).map((record) => record.file.path);
  };

  it.each<[string, Edit[], string[]]>([
    ['nothing', [], []],
    ['a model that nobody inlines', [{ path: 'models/a/m2.sql', content: 'select 2 as id\n' }], ['models/a/m2.sql']],
    [
      'an ephemeral model: with who inlines it, and the test that looks into it',
      [{ path: 'models/a/m1.sql', content: '{{config materialized="ephemeral"}}\nselect 3 as id\n' }],
      ['models/a/m1.sql', 'models/a/m2.sql', 'models/b/m3.sql', 'snapshots/h.yaml'],
    ],
    [
      'a relation that moves: with who names it',
      [{ path: 'models/a/m2.sql', content: '{{config schema="x"}}\nselect 2 as id\n' }],
      ['models/a/m2.sql', 'models/b/m3.sql'],
    ],
    [
      'the end of a property file: with what stands there',
      [{ path: 'models/a/p.yaml', content: `${soundProject['models/a/p.yaml']}\n` }],
      ['models/a/p.yaml'],
    ],
    [
      'a macro that is used: with its users',
      [{ path: 'macros/one.sql', content: '{{#macro "wrap" "c"}}w2({{c}}){{/macro}}\n{{#macro "inner" "c"}}i({{c}}){{/macro}}\n' }],
      ['macros/one.sql', 'models/b/m3.sql', 'snapshots/h.yaml'],
    ],
    ['a new macro', [{ path: 'macros/three.sql', content: '{{#macro "new"}}n{{/macro}}\n' }], ['macros/three.sql']],
    [
      'a doc block: with what it describes',
      [{ path: 'docs/d.md', content: '{{#docs "d1"}}one{{/docs}}\n\n{{#docs "d2"}}other{{/docs}}\n' }],
      ['docs/d.md', 'models/a/m1.sql'],
    ],
    [
      'a group: with what is in it',
      [{ path: 'models/g.yaml', content: 'groups:\n  - name: g0\n    owner: { name: bob }\n' }],
      ['models/g.yaml', 'models/v/v_v1.sql', 'models/v/w.sql'],
    ],
    [
      'a model that becomes public: with who refers to it',
      [{ path: 'models/v/v_v1.sql', content: 'select 1 as id\n' }],
      ['models/v/v_v1.sql', 'models/v/w.sql'],
    ],
    [
      'another newest version: with who refers to the model without one',
      [
        {
          path: 'models/v/v.yaml',
          content: 'models:\n  - name: v\n    latest_version: 1\n    versions: [{ v: 1, defined_in: v_v1 }, { v: 2, defined_in: v }]\n',
        },
      ],
      ['models/v/v.sql', 'models/v/v.yaml', 'models/v/v_v1.sql', 'models/v/w.sql', 'models/x.yaml'],
    ],
    [
      'a macro that decides about the default selector: with that selector',
      [{ path: 'macros/two.sql', content: (soundProject['macros/two.sql'] ?? '').replace('true', 'false') }],
      ['macros/two.sql', 'models/x.yaml'],
    ],
    [
      'the rows of a unit test: with that test',
      [{ path: 'tests/fixtures/f0.csv', content: 'id\n2\n' }],
      ['models/u.yaml', 'tests/fixtures/f0.csv'],
    ],
    ['a seed whose columns are not described', [{ path: 'seeds/s1.csv', content: 'id\n' }], ['seeds/s1.csv']],
  ])('compiles of %s', async (_, edits, expected) => {
    expect(await compileEdited(edits)).toEqual(expected);
  });

  it('compiles everything once a macro hides a built-in', async () => {
    const files = await compileEdited([{ path: 'macros/three.sql', content: '{{#macro "upper" "c"}}u{{/macro}}\n' }]);
    expect(files).toEqual([
      'macros/three.sql',
      'models/a/m0.sql',
      'models/a/m1.sql',
      'models/a/m2.sql',
      'models/a/p.yaml',
      'models/b/h.sql',
      'models/b/m3.sql',
      'models/b/n0.sql',
      'models/b/p.yaml',
      'models/g.yaml',
      'models/u.yaml',
      'models/v/v.sql',
      'models/v/v.yaml',
      'models/v/v_v1.sql',
      'models/v/w.sql',
      'models/x.yaml',
      'seeds/s.yaml',
      'snapshots/h.yaml',
      'tests/t0.sql',
      'seeds/s0.csv',
      'project.yaml',
    ]);
  });

  it('compiles again and again what has errors, and what calls a helper that looks at the clock', async () => {
    const clock = 'export function twice(a) { return a > 0 ? new Date(0).getTime() + a + a : a; }\n';
    const files = apply(soundProject, [
      { path: 'macros/one.js', content: clock },
      { path: 'models/b/n0.sql', content: 'select {{unknown}}\n' },
    ]);
    expect(await compileEdited([], files)).toEqual(['macros/one.js', 'models/b/m3.sql', 'models/b/n0.sql']);
  });
});
