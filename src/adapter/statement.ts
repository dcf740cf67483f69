/** SQL on its way to an engine, with the knowledge of which part of it the user wrote. */
import type { Relation } from './relation.ts';

/** Where the user's compiled text stands inside a longer statement, so that an error position can be traced back. */
export interface Embedded {
  /** Unique id of the node whose compiled text it is. */
  readonly node: string;
  /** Offset in UTF-16 code units of the compiled text inside `sql`. */
  readonly at: number;
  readonly length: number;
}

/** One SQL statement. */
export interface Statement {
  readonly sql: string;
  readonly embedded?: Embedded;
  /** The text is the user's own from end to end (a hook), and may hold any number of statements. */
  readonly script?: true;
  /** For a question that an adapter asks again and again: its connections keep it by this name, with values for `$1` and so on. */
  readonly kept?: { readonly name: string; readonly values: readonly string[] };
  /** The key of the constraint that it makes, empty for several at once, so that a failure can say so. */
  readonly constraint?: string;
  /** What of others it makes anew, so that a failure can say so. */
  readonly recreates?: Recreation;
}

/** Something that hangs on a relation and is made again for a new table in its place. */
export interface Recreation {
  /** `the view "a"."b"`. */
  readonly what: string;
  readonly relation: Relation;
  /** All that hangs on the relation. */
  readonly dependents: readonly string[];
}

/** A user's query as it will run: compiled text with its slots filled. */
export interface Query {
  readonly node: string;
  readonly sql: string;
}

/** `prefix` + the user's query + `suffix`, remembering where the query stands. */
export function embed(prefix: string, query: Query, suffix = ''): Statement {
  return {
    sql: prefix + query.sql + suffix,
    embedded: { node: query.node, at: prefix.length, length: query.sql.length },
  };
}
