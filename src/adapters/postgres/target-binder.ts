/**
 * Tells the columns of queries by asking the target itself: each becomes a temporary view over what stands for the relations
 * that it reads, in one transaction that is undone. Nothing is executed, and nobody else sees any of it.
 */
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Binder, BindRequest, Binding, Stub, StubProblem } from '../../adapter/analysis.ts';
import type { Connection } from '../../adapter/connection.ts';
import { EngineError } from '../../adapter/engine-error.ts';
import type { Column, Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { openAnalyzer } from './analysis.ts';
import { columnsStatement, readColumns } from './catalog.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier } from './quoting.ts';
import { openSession } from './session.ts';
import { replaceRelations } from './replace-relations.ts';
import type { ReplacedQuery } from './replace-relations.ts';

/** Holds the columns of a query for as long as they are read. A table would take files, and several times as long. */
const scratch: Relation = { schema: dialect.temporarySchema, name: '_tx_columns' };
const prefix = `create temporary view ${dialect.relation(scratch)} as (\n`;

/** Queries that go to the server together; if it refuses one of them, each goes alone. */
const together = 50;

export async function openTargetBinder(options: OpenOptions): Promise<Binder> {
  const session = await openSession({ ...options, connections: 1, readOnly: false });
  try {
    const analyzer = await openAnalyzer();
    const stubs = new TemporaryStubs(await session.connect());
    await stubs.begin();
    return {
      ...analyzer,
      declare: (given) => stubs.declare(given),
      bind: (requests) => stubs.bind(requests),
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
  readonly columns: readonly Column[];
  /** What stands for it. Readers without an alias name columns by the table, so it is called the same. */
  readonly place: Relation;
}

/**
 * Relations of the project as temporary ones of one connection: views, which cost the server least, until it refuses anything.
 * From then on they are tables, which have more, such as samples and columns of the system's own.
 */
class TemporaryStubs {
  #form: 'view' | 'table' = 'view';
  readonly #connection: Connection;
  #stubs = new Map<string, TemporaryStub>();
  /** Schemas of their own for relations that have the name of another one, by the schema that they are from. */
  readonly #schemas = new Map<string, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async begin(): Promise<void> {
    await this.#connection.begin({ label: 'columns' });
  }

  async declare(stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
    const known = new Map(this.#stubs);
    try {
      await this.#connection.run(...stubs.flatMap((stub) => this.#place(stub)));
      return [];
    } catch (cause) {
      errorOf(cause);
      await this.#restart(known);
      return this.#declareApart(stubs);
    }
  }

  async #declareApart(stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
    const problems: StubProblem[] = [];
    for (const stub of stubs) {
      const known = new Map(this.#stubs);
      try {
        await this.#connection.run(...this.#place(stub));
      } catch (cause) {
        problems.push({ relation: stub.relation, error: errorOf(cause) });
        await this.#restart(known);
      }
    }
    return problems;
  }

  /** The statements that make the table, in the place of one from before. */
  #place({ relation, columns }: Stub): readonly Statement[] {
    const key = dialect.relation(relation);
    const before = this.#stubs.get(key);
    const stub = { columns, place: before?.place ?? this.#freePlace(relation) };
    this.#stubs.set(key, stub);
    return [
      ...(before === undefined ? [] : [{ sql: `drop ${this.#form} ${dialect.relation(stub.place)}` }]),
      ...makeStub(stub, this.#form),
    ];
  }

  async bind(requests: readonly BindRequest[]): Promise<readonly Binding[]> {
    const bindings: Binding[] = [];
    for (let at = 0; at < requests.length; at += together) {
      const queries = requests.slice(at, at + together).map(({ sql }) => this.#replace(sql));
      bindings.push(...((await this.#bindTogether(queries)) ?? (await this.#bindApart(queries))));
    }
    return bindings;
  }

  #replace(sql: string): ReplacedQuery {
    return replaceRelations(sql, ({ schema, name }) => {
      const stub = this.#stubs.get(dialect.relation({ schema, name }));
      return stub === undefined ? undefined : dialect.relation(stub.place);
    });
  }

  /** Undefined where the server refuses one of them. */
  async #bindTogether(queries: readonly ReplacedQuery[]): Promise<readonly Binding[] | undefined> {
    if (queries.length === 1 && this.#form === 'table') return undefined;
    try {
      const answers = await this.#connection.queryEach(...queries.flatMap(askColumns));
      return queries.map((_, at) => ({ kind: 'bound', query: queryOf(readColumns(answers[3 * at + 1])) }));
    } catch (cause) {
      errorOf(cause);
      await this.#restart(this.#stubs);
      return undefined;
    }
  }

  async #bindApart(queries: readonly ReplacedQuery[]): Promise<readonly Binding[]> {
    const bindings: Binding[] = [];
    for (const query of queries) {
      try {
        const answers = await this.#connection.queryEach(...askColumns(query));
        bindings.push({ kind: 'bound', query: queryOf(readColumns(answers[1])) });
      } catch (cause) {
        const error = errorOf(cause);
        await this.#restart(this.#stubs);
        const { position, ...details } = error;
        bindings.push({
          kind: 'refused',
          error: position === undefined ? error : { ...details, position: query.originOf(position - prefix.length) },
        });
      }
    }
    return bindings;
  }

  #freePlace({ schema, name }: Relation): Relation {
    const isTaken = [scratch, ...[...this.#stubs.values()].map(({ place }) => place)].some((place) => {
      return place.schema === dialect.temporarySchema && place.name === name;
    });
    if (!isTaken) return { schema: dialect.temporarySchema, name };
    const own = this.#schemas.get(schema) ?? `_tx_columns_${this.#schemas.size + 1}`;
    this.#schemas.set(schema, own);
    return { schema: own, name };
  }

  /** An error ends the transaction, and with it everything that was declared. */
  async #restart(stubs: ReadonlyMap<string, TemporaryStub>): Promise<void> {
    this.#stubs = new Map(stubs);
    this.#form = 'table';
    await this.#connection.rollback();
    await this.begin();
    const statements = [...this.#stubs.values()].flatMap((stub) => makeStub(stub, this.#form));
    if (statements.length > 0) await this.#connection.run(...statements);
  }
}

function askColumns({ sql }: ReplacedQuery): readonly Statement[] {
  return [{ sql: `${prefix}${sql}\n)` }, columnsStatement(scratch), { sql: `drop view ${dialect.relation(scratch)}` }];
}

function makeStub({ columns, place }: TemporaryStub, form: 'view' | 'table'): readonly Statement[] {
  const isTemporary = place.schema === dialect.temporarySchema;
  const name = `${isTemporary ? 'temporary ' : ''}${form} ${dialect.relation(place)}`;
  const list = columns.map((column) => {
    const quoted = quoteIdentifier(column.name);
    return form === 'table' ? `${quoted} ${column.type}` : `cast(null as ${column.type}) as ${quoted}`;
  });
  const schema = isTemporary ? [] : [`create schema if not exists ${quoteIdentifier(place.schema)}`];
  const create = form === 'table' ? `create ${name} (${list.join(', ')})` : `create ${name} as select ${list.join(', ')}`;
  return [...schema, create].map((sql) => ({ sql }));
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
