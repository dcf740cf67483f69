/** A way that rows can take through a query, as a question to the database. */
import type { Origin } from './origins.ts';

/** A value of the rows that take the way, and the column of an input that has it. */
export interface ProbeColumn {
  readonly sql: string;
  /** What stands in one FROM clause twice is two. */
  readonly item: number;
  readonly origin: Origin;
}

/** One spelling of the question. Where an engine refuses one, the next is tried. */
export interface ProbeForm {
  /** What stands before `select`. */
  readonly head: string;
  /** What stands behind the select list. */
  readonly body: string;
  readonly columns: readonly ProbeColumn[];
}

export interface Probe {
  /** As people are told of it, on one line. */
  readonly label: string;
  readonly forms: readonly ProbeForm[];
}

/** Gives a row where some rows take the way. */
export function probeSql({ head, body }: ProbeForm): string {
  return `${head}select 1 as found ${body}`;
}
