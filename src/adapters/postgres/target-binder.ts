/**
 * Tells the columns of queries by asking the target itself: each becomes an empty temporary table, in one transaction that is
 * undone. Nothing is executed, and nobody else sees any of it.
 */
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Binder, BindRequest, Binding, Stub, StubProblem } from '../../adapter/analysis.ts';
import type { Connection } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Column, Relation } from '../../adapter/relation.ts';
import { openAnalyzer } from './analysis.ts';
import { columnsStatement, readColumns } from './catalog.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier } from './quoting.ts';
import { openSession } from './session.ts';
import { replaceRelations } from './replace-relations.ts';

/** Holds the columns of a query for as long as they are read. */
const scratch: Relation = { schema: dialect.temporarySchema, name: '_tx_columns' };

export async function openTargetBinder(options: OpenOptions): Promise<Binder> {
  const session = await openSession({ ...options, connections: 1, readOnly: false });
  try {
    const analyzer = await openAnalyzer();
    const stubs = new TemporaryStubs(await session.connect());
    await stubs.begin();
    return {
      ...analyzer,
      declare: (given) => stubs.declare(given),
      bind: async (requests) => {
        const bindings: Binding[] = [];
        for (const request of requests) bindings.push(await stubs.bind(request));
        return bindings;
      },
      close: async () => {
        await analyzer.close();
        await session.close();
      },
    };
  } catch (cause) {
    await session.close();
    throw cause;
  }
}

interface TemporaryStub {
  readonly relation: Relation;
  readonly columns: readonly Column[];
  /** Name of the temporary table. */
  readonly name: string;
}

/** Relations of the project as temporary tables of one connection. */
class TemporaryStubs {
  readonly #connection: Connection;
  readonly #stubs = new Map<string, TemporaryStub>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async begin(): Promise<void> {
    await this.#connection.begin({ label: 'columns' });
  }

  async declare(stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
    const problems: StubProblem[] = [];
    for (const { relation, columns } of stubs) {
      const key = dialect.relation(relation);
      const before = this.#stubs.get(key);
      const stub = { relation, columns, name: before?.name ?? this.#freeName(relation.name) };
      try {
        await this.#connection.run({ sql: `${before === undefined ? '' : dropSql(stub)}${createSql(stub)}` });
        this.#stubs.set(key, stub);
      } catch (cause) {
        problems.push({ relation, error: errorOf(cause) });
        await this.#restart();
      }
    }
    return problems;
  }

  async bind({ sql }: BindRequest): Promise<Binding> {
    const replaced = replaceRelations(sql, ({ schema, name }) => {
      const stub = this.#stubs.get(dialect.relation({ schema, name }));
      return stub === undefined ? undefined : temporaryName(stub);
    });
    const prefix = `create temporary table ${dialect.relation(scratch)} as (\n`;
    try {
      const answers = await this.#connection.queryEach({ sql: `${prefix}${replaced.sql}\n) with no data` }, columnsStatement(scratch), {
        sql: `drop table ${dialect.relation(scratch)}`,
      });
      return { kind: 'bound', query: queryOf(readColumns(answers[1])) };
    } catch (cause) {
      const error = errorOf(cause);
      await this.#restart();
      const { position, ...details } = error;
      return {
        kind: 'refused',
        error: position === undefined ? error : { ...details, position: replaced.originOf(position - prefix.length) },
      };
    }
  }

  /** Readers without an alias name columns by the table, so it keeps its name where no other has it. */
  #freeName(name: string): string {
    const taken = new Set([scratch.name, ...[...this.#stubs.values()].map((stub) => stub.name)]);
    if (!taken.has(name)) return name;
    let number = 1;
    while (taken.has(`_tx_stub_${number}`)) number += 1;
    return `_tx_stub_${number}`;
  }

  /** An error ends the transaction, and with it everything that was declared. */
  async #restart(): Promise<void> {
    await this.#connection.rollback();
    await this.begin();
    const statements = [...this.#stubs.values()].map((stub) => ({ sql: createSql(stub) }));
    if (statements.length > 0) await this.#connection.run(...statements);
  }
}

function temporaryName({ name }: TemporaryStub): string {
  return `${dialect.temporarySchema}.${quoteIdentifier(name)}`;
}

function createSql(stub: TemporaryStub): string {
  const columns = stub.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  return `create temporary table ${temporaryName(stub)} (${columns.join(', ')})`;
}

function dropSql(stub: TemporaryStub): string {
  return `drop table ${temporaryName(stub)};\n`;
}

/** Columns are all that is known: where they come from is one open question. */
function queryOf(columns: readonly Column[]): Extract<Binding, { readonly kind: 'bound' }>['query'] {
  return {
    columns: columns.map((column) => ({ ...column, sources: [], influences: [] })),
    inputs: [],
    influences: [],
    proofs: { notNull: [], unique: [] },
    misfits: [],
    opaque: [{ kind: 'plan', name: 'query' }],
  };
}

function errorOf(cause: unknown): EngineError['details'] {
  if (!(cause instanceof EngineError) || cause.details.kind === 'connection') throw cause;
  return cause.details;
}
