/** A small project that these tests run commands on. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { callTx } from '../support/call-tx.ts';
import { readRows, runTx, tempProject } from '../support/tx.ts';
import type { TempProject, TxResult } from '../support/tx.ts';

/** Frames and tables are drawn the same on every machine. */
const SCREEN = { COLUMNS: '100', LC_ALL: 'C.UTF-8' };

export const PROJECT = `name: shop
targets:
  dev: { type: duckdb, path: shop.duckdb, schema: main }
`;

/** One seed, two models, three tests: `total` is 60. */
export const SHOP: Readonly<Record<string, string>> = {
  'project.yaml': PROJECT,
  'seeds/raw.csv': 'id,amount\n1,10\n2,20\n3,30\n',
  'models/staging/stg.sql': 'select id, amount from {{ref "raw"}}\n',
  'models/marts/total.sql': '{{config materialized="table" tags=(array "nightly")}}\nselect sum(amount) as total from {{ref "stg"}}\n',
  'models/shop.yaml': 'models:\n  - name: stg\n    columns:\n      - name: id\n        tests: [not_null, unique]\n',
  'tests/data/total_is_positive.sql': 'select * from {{ref "total"}} where total <= 0\n',
};

export interface Shop extends TempProject {
  /** Runs `tx` in the project, or in a folder below it; in a process of its own where it is given input, and with `spawn`. */
  readonly tx: (
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly in?: string; readonly input?: string; readonly spawn?: boolean },
  ) => Promise<TxResult>;
  /** Rows of a query on the database of the project. */
  readonly rows: (sql: string) => Promise<string[][]>;
  readonly path: (path: string) => string;
}

/** The shop with these files added or replaced; an `undefined` takes one away. */
export async function shop(files: Readonly<Record<string, string | undefined>> = {}): Promise<Shop> {
  const texts = Object.entries({ ...SHOP, ...files }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const project = await tempProject(Object.fromEntries(texts));
  return {
    ...project,
    tx: (args, { in: folder = '.', env, input, spawn = input !== undefined } = {}) => {
      const place = { cwd: join(project.root, folder), env: { ...SCREEN, ...env } };
      if (!spawn) return callTx(args, place);
      return runTx(args, { ...place, ...(input === undefined ? {} : { input }) });
    },
    rows: (sql) => readRows(join(project.root, 'shop.duckdb'), sql),
    path: (path) => join(project.root, path),
  };
}

/** Every file below a folder, sorted, the cache and the mark of an unfinished run left out; nothing for a folder that is not there. */
export function filesBelow(folder: string, prefix = ''): readonly string[] {
  try {
    return readdirSync(join(folder, prefix), { withFileTypes: true })
      .filter((entry) => !(entry.isDirectory() && entry.name === 'cache') && entry.name !== 'unfinished_run.json')
      .flatMap((entry) => (entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]))
      .sort();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
}

/** The lines of a text that ends with a line break. */
export function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
