/** Holds lineage against rows: what other values in one source column change, and what proofs say. The same on every engine. */
import { expect } from 'vitest';
import type { BoundQuery } from '../../src/adapter/analysis.ts';
import type { TestRelation } from './relations.ts';
import { createContents, seededRandom, shuffled } from './relations.ts';
import type { Content } from './relations.ts';

/** An engine that runs queries on rows of the relations of this folder. */
export interface RowEngine {
  readonly relations: readonly TestRelation[];
  readonly store: (content: Content, names: readonly string[]) => Promise<void>;
  /** The rows of a query, each cell as text, NULL as `null`; undefined where values make it fail, such as a division by zero. */
  readonly run: (sql: string) => Promise<readonly (readonly string[])[] | undefined>;
}

export interface LineageChecks {
  /** Fails when rows contradict what is proven of them; gives their number. */
  readonly expectProofs: (query: BoundQuery, sql: string, seed: number) => Promise<number>;
  /** Fails when other values in one source column change an output that lineage does not name; gives whether there were rows to see it by. */
  readonly expectSoundLineage: (query: BoundQuery, sql: string, seed: number) => Promise<boolean>;
  /** Fails when a source by value is never seen to change its output. */
  readonly expectSeenSources: (query: BoundQuery, sql: string) => Promise<void>;
  readonly storeRandom: (query: BoundQuery, seed: number) => Promise<void>;
}

/** Relations that a query reads. */
export function relationsOf({ inputs }: BoundQuery): readonly string[] {
  return inputs.flatMap((input) => (input.kind === 'relation' ? [input.relation.name] : []));
}

export function createLineageChecks({ relations, store, run }: RowEngine): LineageChecks {
  const { randomContent, withOtherColumn } = createContents(relations);

  /** The values of each of `width` columns, whatever the order of the rows. */
  async function valuesOf(sql: string, width: number): Promise<readonly string[] | undefined> {
    const rows = await run(sql);
    return rows === undefined
      ? undefined
      : Array.from({ length: width }, (_, at) =>
          rows
            .map((row) => row[at])
            .toSorted()
            .join('\n'),
        );
  }

  async function expectProofs({ columns, proofs }: BoundQuery, sql: string, seed: number): Promise<number> {
    const places = (names: readonly string[]): readonly number[] =>
      names.map((name) => columns.findIndex((column) => column.name === name));
    const rows = (await run(sql)) ?? [];
    for (const at of places(proofs.notNull)) expect(rows.map((row) => row[at])).not.toContain('null');
    for (const key of proofs.unique.map(places)) {
      const keys = rows.map((row) => JSON.stringify(key.map((at) => row[at])));
      expect(new Set(keys).size, `unique ${key.join(', ')} with seed ${seed}`).toBe(rows.length);
    }
    return rows.length;
  }

  async function expectSoundLineage(query: BoundQuery, sql: string, seed: number): Promise<boolean> {
    const width = query.columns.length;
    const content = randomContent(seededRandom(seed));
    await store(shuffled(content, seededRandom(seed)), relationsOf(query));
    const otherwise = await valuesOf(sql, width);
    await store(content, relationsOf(query));
    const before = await valuesOf(sql, width);
    if (before === undefined || otherwise === undefined) return false;
    expect(otherwise, 'the order in which rows are stored does not matter').toEqual(before);
    for (const { name, columns } of relations.filter((relation) => relationsOf(query).includes(relation.name))) {
      for (const column of columns) {
        await store(withOtherColumn(content, name, column.name, seededRandom(seed + 100)), [name]);
        const after = await valuesOf(sql, width);
        const changed = (after ?? []).flatMap((values, at) => (values === before[at] ? [] : [at]));
        const known = reached(query, name, column.name);
        expect(
          changed.filter((at) => !known.has(at)),
          `${name}.${column.name} with seed ${seed}`,
        ).toEqual([]);
        await store(content, [name]);
      }
    }
    return true;
  }

  async function expectSeenSources(query: BoundQuery, sql: string): Promise<void> {
    let unseen = directEdges(query);
    for (let seed = 1; seed <= 24 && unseen.length > 0; seed += 1) {
      const content = randomContent(seededRandom(seed), seed % 3 === 0 ? 24 : undefined);
      await store(content, relationsOf(query));
      const before = await valuesOf(sql, query.columns.length);
      const seen = new Set<(typeof unseen)[number]>();
      for (const edge of before === undefined ? [] : unseen) {
        await store(withOtherColumn(content, edge.relation, edge.column, seededRandom(seed + 100)), [edge.relation]);
        const after = await valuesOf(sql, query.columns.length);
        if (after !== undefined && after[edge.at] !== before?.[edge.at]) seen.add(edge);
        await store(content, [edge.relation]);
      }
      unseen = unseen.filter((edge) => !seen.has(edge));
    }
    expect(unseen).toEqual([]);
  }

  return {
    expectProofs,
    expectSoundLineage,
    expectSeenSources,
    storeRandom: (query, seed) => store(randomContent(seededRandom(seed)), relationsOf(query)),
  };
}

/** Places of the output columns that a source column reaches, by value or by influence. */
function reached(query: BoundQuery, relation: string, column: string): ReadonlySet<number> {
  const isIt = (source: { readonly input: number; readonly column: string }): boolean => {
    const input = query.inputs[source.input];
    return source.column === column && input?.kind === 'relation' && input.relation.name === relation;
  };
  const everyone = query.influences.some(isIt);
  return new Set(query.columns.flatMap(({ sources, influences }, at) => (everyone || [...sources, ...influences].some(isIt) ? [at] : [])));
}

/** Sources of output columns by value, as places of the columns and names. */
function directEdges(query: BoundQuery): readonly { readonly at: number; readonly relation: string; readonly column: string }[] {
  return query.columns.flatMap(({ sources }, at) =>
    sources.flatMap(({ input, column }) => {
      const from = query.inputs[input];
      return from?.kind === 'relation' ? [{ at, relation: from.relation.name, column }] : [];
    }),
  );
}
