import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../compile/compiled.ts';
import { sortDiagnostics } from '../../diagnostics/diagnostic.ts';
import { analyzeNodes } from '../analyze-nodes.ts';
import { createChecker, withChildren } from './checker.ts';
import { keepView, memoryHost, memoryProject, options } from './watch-fixture.ts';
import { checkChanges, findChanges, loadState } from './watched-project.ts';
import type { LoadedState } from './watched-project.ts';

/** Each model reads some of those before it, and may take columns that are not there. */
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const parents: Readonly<Record<string, readonly string[]>> = { b: ['a'], c: ['a'], d: ['b', 'c'], e: ['d'], f: ['b', 'e'] };

const forms = [
  'id, value',
  'id, cast(value as varchar) as value',
  'id',
  'id + 1 as id, value',
  'id, missing',
  'id, value as other',
] as const;

function modelText(name: string, form: string): string {
  const [first, second] = parents[name] ?? [];
  if (first === undefined) return `select ${form} from (select 1 as id, 2 as value)\n`;
  const join = second === undefined ? '' : ` join {{ref "${second}"}} as y on x.id = y.id`;
  return `select ${form.replaceAll(/\b(id|value|missing)\b(?! as varchar)/g, (word, _match, at: number) => (form.slice(0, at).endsWith('as ') ? word : `x.${word}`))} from {{ref "${first}"}} as x${join}\n`;
}

describe('checking what changed', () => {
  it('finds what a look at everything finds, after any edits', async () => {
    const edit = fc.record({ name: fc.constantFrom(...names), form: fc.constantFrom(...forms) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
        const files = memoryProject(Object.fromEntries(names.map((name) => [`models/${name}.sql`, modelText(name, 'id, value')])));
        const host = memoryHost(files);
        const { screenFor } = keepView(host);
        const checker = createChecker();
        try {
          let before: LoadedState = await loadState(host, screenFor(), options);
          for (const { name, form } of edits) {
            files.clock += 10_000;
            files.writeAtomic(`/project/models/${name}.sql`, modelText(name, form));
            const state = await loadState(host, screenFor(), options);
            const { meaning } = findChanges(before, state, new Set([`models/${name}.sql`]));
            const wanted = withChildren(state.loaded.graph, meaning);
            const { diagnostics } = await checkChanges(state, meaning, checker);
            const all = await analyzeNodes(state.host, state.loaded, wanted);
            // What was found wrong above, and has not changed, may be told or not: of what is looked at, the same is told.
            const of = (list: readonly { readonly node?: string | undefined }[]): readonly unknown[] =>
              list.filter(({ node }) => node !== undefined && wanted.has(node as NodeId));
            expect(of(sortDiagnostics(diagnostics))).toEqual(of(all?.diagnostics ?? []));
            before.release();
            before = state;
          }
          before.release();
        } finally {
          await checker.forget();
        }
      }),
      { numRuns: 12, seed: 7 },
    );
  }, 60_000);
});
