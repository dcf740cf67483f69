/** Which cases read a source column, and what is expected of them when it has another name. */
import type { Binder, Binding, Stub } from '../../src/adapter/analysis.ts';
import type { Expectation, LineageCase } from './read-cases.ts';

/** Every column of every relation: names of both, and the relation. */
export function sourceColumnsOf(stubs: readonly Stub[]): readonly (readonly [string, string, Stub])[] {
  return stubs.flatMap((stub) => stub.columns.map(({ name }) => [stub.relation.name, name, stub] as const));
}

/** What is bound of a list of cases, which is the same for every column. */
const boundCases = new WeakMap<readonly LineageCase[], Promise<readonly Binding[]>>();

/** Cases that touch a column, and those that read its relation only. */
export async function casesReading(
  binder: Binder,
  cases: readonly LineageCase[],
  relation: string,
  column: string,
): Promise<{ readonly touching: readonly LineageCase[]; readonly beside: readonly LineageCase[] }> {
  const binding = boundCases.get(cases) ?? binder.bind(cases.map(({ sql }) => ({ sql })));
  boundCases.set(cases, binding);
  const bindings = await binding;
  const reading = cases.flatMap((entry, at) => {
    const bound = bindings[at];
    if (bound?.kind !== 'bound') throw new Error(`not bound: ${entry.name}`);
    const input = bound.query.inputs.find((one) => one.kind === 'relation' && one.relation.name === relation);
    return input === undefined ? [] : [{ entry, touches: input.columns.includes(column) }];
  });
  return {
    touching: reading.filter(({ touches }) => touches).map(({ entry }) => entry),
    beside: reading.filter(({ touches }) => !touches).map(({ entry }) => entry),
  };
}

/** The same expectation with another name of a source column. */
export function withOtherSource(expected: Expectation, from: string, to: string): Expectation {
  const renamed = (words: readonly string[]): readonly string[] =>
    words.map((word) => (word.endsWith(` ${from}`) ? word.slice(0, -from.length) + to : word)).toSorted();
  return {
    ...expected,
    columns: expected.columns.map(({ name, sources, influences }) => ({
      name,
      sources: renamed(sources),
      influences: renamed(influences),
    })),
    rows: renamed(expected.rows),
  };
}
