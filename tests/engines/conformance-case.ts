/** What a case of the conformance suite is, and the words that cases are written with. */
import type { Cell } from '../../src/adapter/connection.ts';

export type Files = Readonly<Record<string, string>>;
type Rows = readonly (readonly Cell[])[];

/** One thing that happens in a case. */
export type Act =
  /** A command, its words parted by single spaces or as a list, that ends well, or with `exit`; `says` must stand in what it prints. */
  | {
      readonly tx: string | readonly string[];
      /** What its clock says, ISO 8601 in UTC; the real time without it. */
      readonly at?: string;
      readonly exit?: number;
      readonly says?: readonly (string | RegExp)[];
      readonly never?: readonly string[];
    }
  | { readonly write: Files }
  | { readonly remove: string }
  | { readonly sql: string }
  /** A statement that the database refuses. */
  | { readonly refused: string; readonly says: string }
  /** Comments on relations of `main`, and on their columns. */
  | { readonly comments: Readonly<Record<string, string>> }
  | { readonly rows: string; readonly are: Rows };

export interface ConformanceCase {
  readonly name: string;
  readonly files: Files;
  /** More of project.yaml. */
  readonly project?: string;
  readonly acts: readonly Act[];
}

export const build: Act = { tx: 'build' };
export const is = (rows: string, ...are: Rows): Act => ({ rows, are });

export const source = 'seeds/src.csv';
/** A seed as text, from its rows. */
export const csv = (header: string, ...rows: readonly string[]): string => `${[header, ...rows].join('\n')}\n`;

/** All rows of the model that most cases are about. */
export const all = 'select * from main.m order by 1, 2';
