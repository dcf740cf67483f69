/** Keeps the tables of declared relations, and of many only those that were read last: each takes some 30 kB of memory. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { BindRequest, Stub, StubProblem } from '../../../adapter/analysis.ts';
import type { Relation } from '../../../adapter/relation.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier } from '../quoting.ts';
import { declareStubs } from './declare-stubs.ts';

/** More tables than most projects have: for these nothing is ever taken away. */
const usualLimit = 2_000;
/** A text of thousands of statements takes more memory than the tables. */
const together = 250;

interface StubTable {
  readonly stub: Stub;
  /** The last turn that needed it. */
  turn: number;
}

export class StubTables {
  readonly #connection: DuckDBConnection;
  readonly #limit: number;
  readonly #schemas = new Set<string>();
  /** Those that stand, by their names; the one that was needed last is the last. */
  readonly #standing = new Map<string, StubTable>();
  /** Those that were taken away. */
  readonly #away = new Map<string, Stub>();
  #turn = 0;

  constructor(connection: DuckDBConnection, limit = usualLimit) {
    this.#connection = connection;
    this.#limit = limit;
  }

  async declare(stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
    await this.#makeSchemas(stubs);
    const problems: StubProblem[] = [];
    for (let at = 0; at < stubs.length; at += together) {
      const some = stubs.slice(at, at + together);
      const found = await declareStubs(this.#connection, some);
      const refused = new Set(found.map(({ relation }) => relation));
      for (const stub of some) if (!refused.has(stub.relation)) this.#stands(stub);
      problems.push(...found);
      this.#turn += 1;
      await this.#makeRoom();
    }
    return problems;
  }

  /** Puts back what these queries read; all, where one of them does not say what it reads. */
  async prepare(requests: readonly BindRequest[]): Promise<void> {
    this.#turn += 1;
    const isSaid = requests.every(({ reads }) => reads !== undefined);
    if (!isSaid) await this.putBackAll();
    const keys = new Set(requests.flatMap(({ reads = [] }) => reads.map(keyOf)));
    for (const key of keys) {
      const table = this.#standing.get(key);
      if (table !== undefined) this.#stands(table.stub);
    }
    await this.#putBack([...keys].flatMap((key) => this.#away.get(key) ?? []));
    if (isSaid) await this.#makeRoom();
  }

  /** Puts back everything; false when nothing was away. */
  async putBackAll(): Promise<boolean> {
    if (this.#away.size === 0) return false;
    await this.#putBack([...this.#away.values()]);
    return true;
  }

  async #makeSchemas(stubs: readonly Stub[]): Promise<void> {
    const missing = [...new Set(stubs.map(({ relation }) => relation.schema))].filter((schema) => !this.#schemas.has(schema));
    if (missing.length === 0) return;
    await this.#connection.run(missing.map((schema) => `create schema if not exists ${quoteIdentifier(schema)}`).join('; '));
    for (const schema of missing) this.#schemas.add(schema);
  }

  /** What could be declared once can be declared again. */
  async #putBack(stubs: readonly Stub[]): Promise<void> {
    for (let at = 0; at < stubs.length; at += together) {
      const some = stubs.slice(at, at + together);
      await declareStubs(this.#connection, some);
      for (const stub of some) this.#stands(stub);
    }
  }

  #stands(stub: Stub): void {
    const key = keyOf(stub.relation);
    this.#away.delete(key);
    this.#standing.delete(key);
    this.#standing.set(key, { stub, turn: this.#turn });
  }

  /** What this turn or the one before it needs is left alone: its queries may still be at work. */
  async #makeRoom(): Promise<void> {
    const drops: string[] = [];
    for (const [key, { stub, turn }] of this.#standing) {
      if (this.#standing.size <= this.#limit || turn >= this.#turn - 1) break;
      this.#standing.delete(key);
      this.#away.set(key, stub);
      drops.push(`drop table ${dialect.relation(stub.relation)}`);
    }
    if (drops.length > 0) await this.#connection.run(['begin', ...drops, 'commit'].join('; '));
  }
}

/** As the engine tells names apart. */
function keyOf({ schema, name }: Relation): string {
  return JSON.stringify([schema, name].map(dialect.foldIdentifier));
}
