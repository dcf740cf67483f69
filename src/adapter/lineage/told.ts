/**
 * How columns, and the choice of rows, are made, as digests: two with the same digest make the same of the same. What a rule does
 * not know ends the walk, because a part that is left out would make different queries equal.
 */
import { createHash } from 'node:crypto';
import type { Meaning, QueryMeaning } from '../analysis.ts';
import type { Relation } from '../relation.ts';

export interface Told {
  readonly digest: string;
  /** It may be another one the next time, of the same data. */
  readonly loose: boolean;
  readonly reads: ReadonlySet<string>;
}

/** Digests of columns say how they follow from the rows: they are comparable where the rows are the same. */
export interface ToldFlow {
  readonly rows: Told;
  readonly columns: readonly Told[];
}

/** The walk met something that it does not know. */
class NotFollowed extends Error {}

export function notFollowed(): never {
  throw new NotFollowed();
}

export function refuseUnless(holds: boolean): void {
  if (!holds) notFollowed();
}

/** What follows from these parts, in this order. */
export function made(what: string, parts: readonly Told[], loose = false): Told {
  const reads = new Set<string>();
  for (const part of parts) for (const read of part.reads) reads.add(read);
  return {
    digest: createHash('sha256')
      .update(JSON.stringify([what, parts.map(({ digest }) => digest)]))
      .digest('hex')
      .slice(0, 32),
    loose: loose || parts.some((part) => part.loose),
    reads,
  };
}

/** The relations that a walk has met, and what is told of them. */
export class ToldRelations {
  readonly #relations = new Map<string, Relation>();

  /** All of its rows. */
  rows(relation: Relation): Told {
    const key = keyOf(relation);
    this.#relations.set(key, relation);
    return made(`rows ${key}`, []);
  }

  column(relation: Relation, name: string): Told {
    const key = keyOf(relation);
    return { ...made(`column ${key} ${name}`, []), reads: new Set([JSON.stringify([key, name])]) };
  }

  meaningOf({ digest, loose, reads }: Told): Meaning {
    return {
      digest,
      steady: !loose,
      reads: [...reads].flatMap((read) => {
        // Written by `column`.
        const [key, column] = JSON.parse(read) as readonly [string, string];
        const relation = this.#relations.get(key);
        return relation === undefined ? [] : [{ relation, column }];
      }),
    };
  }
}

function keyOf({ database, schema, name }: Relation): string {
  return JSON.stringify([database, schema, name]);
}

/** What a walk tells of a query; undefined where it met a part that it cannot follow. */
export function meaningBy(walk: (relations: ToldRelations) => ToldFlow): QueryMeaning | undefined {
  const relations = new ToldRelations();
  try {
    const { rows, columns } = walk(relations);
    return { rows: relations.meaningOf(rows), columns: columns.map((column) => relations.meaningOf(column)) };
  } catch (cause) {
    if (cause instanceof NotFollowed) return undefined;
    throw cause;
  }
}
