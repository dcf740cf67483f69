/**
 * Relations of the project as temporary ones of one connection, and queries as temporary views over them: what a server knows of
 * these is what it would know of the real ones. All of it in one transaction that is undone; nothing is executed.
 */
import type { Binder, Binding, BindRequest, Stub, StubProblem } from '../../adapter/analysis.ts';
import type { Connection, ResultSet } from '../../adapter/connection.ts';
import { EngineError, withOtherArguments } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { readView, viewStatement } from './analysis/bound-view.ts';
import { ServerCatalog } from './analysis/server-catalog.ts';
import { openAnalyzer } from './analysis.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { replaceRelations } from './replace-relations.ts';
import type { ReplacedQuery } from './replace-relations.ts';

/** What has to be known of a connection to ask about queries. */
export type AskingConnection = Pick<Connection, 'begin' | 'rollback' | 'queryEach'>;

/** Holds the columns of a query for as long as they are read. A table would take files, and several times as long. */
const scratch: Relation = { schema: dialect.temporarySchema, name: '_tx_columns' };
const prefix = `create temporary view ${dialect.relation(scratch)} as (\n`;

/** Queries that go to the server together; if it refuses one of them, each goes alone. */
const together = 50;

/** A binder that asks on this connection; `close` ends what that belongs to. */
export async function binderOver(connection: AskingConnection, close: () => Promise<void>): Promise<Binder> {
  const analyzer = await openAnalyzer();
  const stubs = new TemporaryStubs(connection);
  await stubs.begin();
  return {
    ...analyzer,
    declare: (given) => stubs.declare(given),
    bind: (requests) => stubs.bind(requests),
    close: async () => {
      await analyzer.close();
      await close();
    },
  };
}

interface TemporaryStub {
  readonly stub: Stub;
  /** What stands for it. Readers without an alias name columns by the table, so it is called the same. */
  readonly place: Relation;
}

/**
 * The relations are views, which cost the server least, until it refuses anything. From then on they are tables, which have more,
 * such as samples and columns of the system's own.
 */
class TemporaryStubs {
  #form: 'view' | 'table' = 'view';
  readonly #connection: AskingConnection;
  #stubs = new Map<string, TemporaryStub>();
  readonly #names = new ServerCatalog();
  /** Names of temporary relations that are in use. */
  #taken = new Set([scratch.name]);
  /** Schemas of their own for relations that have the name of another one, by the schema that they are from. */
  readonly #schemas = new Map<string, string>();

  constructor(connection: AskingConnection) {
    this.#connection = connection;
  }

  async begin(): Promise<void> {
    await this.#connection.begin({ label: 'columns' });
  }

  async declare(stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
    const known = new Map(this.#stubs);
    try {
      await this.#make(
        stubs.flatMap((stub) => this.#place(stub)),
        stubs,
      );
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
        await this.#make(this.#place(stub), [stub]);
      } catch (cause) {
        const error = errorOf(cause);
        await this.#restart(known);
        const column = await this.#blameColumn(stub);
        problems.push({ relation: stub.relation, ...(column === undefined ? {} : { column }), error });
      }
    }
    return problems;
  }

  /** The first column whose type is none even alone. */
  async #blameColumn({ columns }: Stub): Promise<string | undefined> {
    for (const { name, type } of columns) {
      try {
        await this.#connection.queryEach({ sql: `select cast(null as ${type})` });
      } catch (cause) {
        errorOf(cause);
        await this.#restart(this.#stubs);
        return name;
      }
    }
    return undefined;
  }

  /** The statements that make the table, in the place of one from before. */
  #place(stub: Stub): readonly Statement[] {
    const key = dialect.relation(stub.relation);
    const before = this.#stubs.get(key);
    const placed = { stub, place: before?.place ?? this.#freePlace(stub.relation) };
    this.#stubs.set(key, placed);
    return [
      ...(before === undefined ? [] : [{ sql: `drop ${this.#form} ${dialect.relation(placed.place)}` }]),
      ...makeStub(placed, this.#form),
    ];
  }

  /** Runs the statements that make these, and learns the numbers by which query trees will name them. */
  async #make(statements: readonly Statement[], stubs: readonly Stub[]): Promise<void> {
    if (stubs.length === 0) return;
    const made = stubs.flatMap(({ relation }) => this.#stubs.get(dialect.relation(relation)) ?? []);
    const places = made.map(({ place }) => quoteText(dialect.relation(place))).join(', ');
    const answers = await this.#connection.queryEach(...statements, {
      sql: `select p.name::pg_catalog.regclass::pg_catalog.oid::pg_catalog.text from pg_catalog.unnest(array[${places}]) with ordinality as p (name, n) order by p.n`,
    });
    for (const [at, [oid]] of (answers.at(-1)?.rows ?? []).entries()) {
      const stub = made[at]?.stub;
      if (stub !== undefined) this.#names.declare(Number(oid), stub);
    }
  }

  async bind(requests: readonly BindRequest[]): Promise<readonly Binding[]> {
    const bindings: Binding[] = [];
    for (let at = 0; at < requests.length; at += together) {
      const queries = requests.slice(at, at + together).map(({ sql, meaning }) => ({ ...this.#replace(sql), meaning: meaning === true }));
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
  async #bindTogether(queries: readonly AskedQuery[]): Promise<readonly Binding[] | undefined> {
    if (queries.length === 1 && this.#form === 'table') return undefined;
    try {
      const answers = await this.#connection.queryEach(...queries.flatMap(askView));
      return await this.#read(queries.map(({ meaning }, at) => ({ view: answers[3 * at + 1], meaning })));
    } catch (cause) {
      errorOf(cause);
      await this.#restart(this.#stubs);
      return undefined;
    }
  }

  async #bindApart(queries: readonly AskedQuery[]): Promise<readonly Binding[]> {
    const bindings: Binding[] = [];
    for (const query of queries) {
      try {
        const answers = await this.#connection.queryEach(...askView(query));
        bindings.push(...(await this.#read([{ view: answers[1], meaning: query.meaning }])));
      } catch (cause) {
        const refusal = errorOf(cause);
        await this.#restart(this.#stubs);
        const error = await this.#tellArguments(refusal);
        const { position, ...details } = error;
        bindings.push({
          kind: 'refused',
          error: position === undefined ? error : { ...details, position: query.originOf(position - prefix.length) },
        });
      }
    }
    return bindings;
  }

  /**
   * The server has one code for a function that is not there and for arguments that it does not take. One of the server's own
   * is there whatever hooks do; one of a project may be made anew.
   */
  async #tellArguments(error: EngineError['details']): Promise<EngineError['details']> {
    const isColumn = error.kind === 'unknown-column';
    if ((error.kind !== 'unknown-function' && !isColumn) || error.name === undefined) return error;
    const [found] = await this.#connection.queryEach(signaturesStatement(isColumn ? error.name.replace(/^.*\./, '') : error.name));
    const forms = found?.rows ?? [];
    // What stands for a relation has rows of a type of its own, which functions over the rows of the relation do not take.
    if (forms.some(([, , ofRows]) => String(ofRows) === 'true')) return { ...error, kind: 'other' };
    if (forms.length === 0 || isColumn) return error;
    const signatures = forms.map(([taken]) => `(${String(taken)})`);
    return forms.every(([, isOwn]) => String(isOwn) === 'true') ? withOtherArguments(error, signatures) : { ...error, signatures };
  }

  /** Most queries read nothing but what is declared; names of the server's own are asked for once. */
  async #read(views: readonly { readonly view: ResultSet | undefined; readonly meaning: boolean }[]): Promise<readonly Binding[]> {
    const read = (): readonly Binding[] =>
      views.map(({ view, meaning }) => ({ kind: 'bound', query: readView(view, this.#names, meaning) }));
    const bindings = read();
    return (await this.#names.learn(this.#connection)) ? read() : bindings;
  }

  #freePlace({ schema, name }: Relation): Relation {
    if (!this.#taken.has(name)) {
      this.#taken.add(name);
      return { schema: dialect.temporarySchema, name };
    }
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
    this.#names.forgetDeclared();
    const all = [...this.#stubs.values()];
    const temporary = all.filter(({ place }) => place.schema === dialect.temporarySchema);
    this.#taken = new Set([scratch.name, ...temporary.map(({ place }) => place.name)]);
    await this.#make(
      all.flatMap((stub) => makeStub(stub, this.#form)),
      all.map(({ stub }) => stub),
    );
  }
}

/** A query over what stands for the relations that it reads. */
interface AskedQuery extends ReplacedQuery {
  readonly meaning: boolean;
}

function askView({ sql }: AskedQuery): readonly Statement[] {
  return [{ sql: `${prefix}${sql}\n)` }, viewStatement(scratch), { sql: `drop view ${dialect.relation(scratch)}` }];
}

function makeStub({ stub: { columns }, place }: TemporaryStub, form: 'view' | 'table'): readonly Statement[] {
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

/** What functions of a name take that can be called by it, whether the server brings them, and whether they take rows of a relation. Only some: `count` alone has few, others dozens. */
function signaturesStatement(name: string): Statement {
  const [, schema, own = name] = /^([^.]+)\.([^.]+)$/.exec(name) ?? [];
  const seen = schema === undefined ? 'pg_catalog.pg_function_is_visible(p.oid)' : `n.nspname = ${quoteText(schema)}`;
  return {
    sql: [
      `select pg_catalog.pg_get_function_identity_arguments(p.oid), (n.nspname = 'pg_catalog')::pg_catalog.text,`,
      `exists (select from pg_catalog.pg_type t where t.typtype = 'c' and t.oid = any (p.proargtypes))::pg_catalog.text`,
      `from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace`,
      `where p.proname = ${quoteText(own)} and ${seen} and p.prokind <> 'p' order by p.pronargs, p.oid limit 20`,
    ].join(' '),
  };
}

function errorOf(cause: unknown): EngineError['details'] {
  if (!(cause instanceof EngineError) || cause.details.kind === 'connection') throw cause;
  return cause.details;
}
