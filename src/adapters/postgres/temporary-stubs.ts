/**
 * Relations of the project as temporary ones of one connection, and queries as temporary views over them: what a server knows of
 * these is what it would know of the real ones. All of it in one transaction that is undone; nothing is executed.
 */
import type { Binder, Binding, BindRequest, Stub, StubProblem } from '../../adapter/analysis.ts';
import type { ResultSet } from '../../adapter/connection.ts';
import { withOtherArguments } from '../../adapter/engine-error.ts';
import type { EngineErrorDetails } from '../../adapter/engine-error.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { bug } from '../../diagnostics/bug.ts';
import { readView, viewStatement } from './analysis/bound-view.ts';
import { ServerCatalog } from './analysis/server-catalog.ts';
import { attempt } from './attempt.ts';
import type { AttemptingConnection } from './attempt.ts';
import { openAnalyzer } from './analysis.ts';
import { dialect } from './dialect.ts';
import { noRelation } from './missing-schema.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';
import { replaceRelations } from './replace-relations.ts';
import type { ReplacedQuery } from './replace-relations.ts';

/** The most queries that go to the server together. */
const together = 50;

/** Holds the columns of a query for as long as they are read. A table would take files, and several times as long. */
function scratchView(at: number): Relation {
  return { schema: dialect.temporarySchema, name: at === 0 ? '_tx_columns' : `_tx_columns_${at}` };
}

/** What stands before the text of a query. */
function askedPrefix(at: number): string {
  return `create temporary view ${dialect.relation(scratchView(at))} as (\n`;
}

/** A binder that asks on this connection; `close` ends what that belongs to. */
export async function binderOver(connection: AttemptingConnection, close: () => Promise<void>): Promise<Binder> {
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

/** A view costs the server least. A table has more, such as samples and columns of the system's own. */
type Form = 'view' | 'table';

interface WantedStub {
  readonly stub: Stub;
  readonly form: Form;
}

interface TemporaryStub extends WantedStub {
  /** What stands for it. Readers without an alias name columns by the table, so it is called the same. */
  readonly place: Relation;
}

/** Everything is a view until the server refuses a query that may want more of it. */
class TemporaryStubs {
  readonly #connection: AttemptingConnection;
  #stubs = new Map<string, TemporaryStub>();
  readonly #names = new ServerCatalog();
  /** Names of temporary relations that are in use. */
  #taken = new Set(Array.from({ length: together }, (_, at) => scratchView(at).name));
  /** Schemas of their own for relations that have the name of another one, by the schema that they are from. */
  readonly #schemas = new Map<string, string>();

  constructor(connection: AttemptingConnection) {
    this.#connection = connection;
  }

  async begin(): Promise<void> {
    await this.#connection.begin({ label: 'columns' });
  }

  /** What comes before the first that is refused is made in a second try. */
  async declare(stubs: readonly Stub[]): Promise<readonly StubProblem[]> {
    const problems: StubProblem[] = [];
    for (let rest = stubs; rest.length > 0;) {
      const refused = await this.#make(rest.map((stub) => ({ stub, form: 'view' })));
      if (refused === undefined) break;
      const stub = rest[refused.at] ?? bug('a relation was refused that nobody declares');
      problems.push(...(await this.declare(rest.slice(0, refused.at))), await this.#describeStub(stub, refused.error));
      rest = rest.slice(refused.at + 1);
    }
    return problems;
  }

  /** Names the first column whose type is none even alone. */
  async #describeStub({ relation, columns }: Stub, error: EngineErrorDetails): Promise<StubProblem> {
    const casts = columns.map(({ type }) => ({ sql: `select cast(null as ${type})` }));
    const alone = await attempt(this.#connection, casts, 'undo');
    const column = alone.kind === 'refused' ? columns[alone.at]?.name : undefined;
    return { relation, ...(column === undefined ? {} : { column }), error };
  }

  /**
   * Makes these, each in the place of one from before, and learns the numbers by which query trees will name them. Of what the
   * server refuses nothing is left but the place of the one that it refused. `cascade` takes along what hangs on those from before.
   */
  async #make(wanted: readonly WantedStub[], drop: '' | 'cascade' = ''): Promise<Refused | undefined> {
    const before = { stubs: new Map(this.#stubs), taken: new Set(this.#taken) };
    const statements = wanted.map((entry) => this.#place(entry, drop));
    const places = wanted.map(({ stub }) => {
      const placed = this.#stubs.get(dialect.relation(stub.relation)) ?? bug('a relation without a place');
      return quoteText(dialect.relation(placed.place));
    });
    const made = await attempt(
      this.#connection,
      [
        ...statements.flat(),
        {
          sql: `select p.name::pg_catalog.regclass::pg_catalog.oid::pg_catalog.text from pg_catalog.unnest(array[${places.join(', ')}]) with ordinality as p (name, n) order by p.n`,
        },
      ],
      'keep',
    );
    if (made.kind === 'refused') {
      this.#stubs = before.stubs;
      this.#taken = before.taken;
      const ends = statements.map((_, at) => statements.slice(0, at + 1).flat().length);
      return { at: ends.findIndex((end) => made.at < end), error: made.error };
    }
    for (const [at, [oid]] of (made.results.at(-1)?.rows ?? []).entries()) {
      const stub = wanted[at]?.stub;
      if (stub !== undefined) this.#names.declare(Number(oid), stub);
    }
    return undefined;
  }

  /** The statements that make it, in the place of one from before. From then on it may have columns of all that was declared until now. */
  #place({ stub, form }: WantedStub, drop: '' | 'cascade'): readonly Statement[] {
    const key = dialect.relation(stub.relation);
    const before = this.#stubs.get(key);
    const placed = { stub, place: before?.place ?? this.#freePlace(stub.relation), form };
    this.#stubs.delete(key);
    this.#stubs.set(key, placed);
    const gone = before === undefined ? [] : [{ sql: `drop ${before.form} if exists ${dialect.relation(placed.place)} ${drop}` }];
    return [...gone, ...makeStub(placed)];
  }

  /** As many at once as were lately bound without a refusal: what comes behind one that is refused is sent again. */
  async bind(requests: readonly BindRequest[]): Promise<readonly Binding[]> {
    const queries = requests.map(({ sql, meaning }) => ({ ...this.#replace(sql), meaning: meaning === true }));
    const bindings: Binding[] = [];
    let size = together;
    while (bindings.length < queries.length) {
      const asked = queries.slice(bindings.length, bindings.length + size);
      const first = await this.#bindFirst(asked);
      size = first.length === asked.length ? Math.min(together, 2 * size) : Math.max(1, first.length);
      bindings.push(...first);
    }
    return bindings;
  }

  /** Binds these, or no more than the first that is refused and all before it. */
  async #bindFirst(queries: readonly AskedQuery[]): Promise<readonly Binding[]> {
    const asked = await attempt(this.#connection, queries.flatMap(askView), 'undo');
    if (asked.kind === 'done') return this.#read(queries.map(({ meaning }, at) => ({ view: asked.results[2 * at + 1], meaning })));
    const at = Math.floor(asked.at / 2);
    const before = at === 0 ? [] : await this.#bindFirst(queries.slice(0, at));
    const query = queries[at];
    if (query === undefined || before.length < at) return before;
    if (mayPassOverTables(asked.error) && (await this.#makeTables(query))) return [...before, ...(await this.#bindFirst([query]))];
    const error = await this.#tellArguments(noRelation(placedIn(asked.error, askedPrefix(at).length), query.sql));
    return [
      ...before,
      { kind: 'refused', error: error.position === undefined ? error : { ...error, position: query.originOf(error.position) } },
    ];
  }

  /** Makes tables of the views that a query may read; false where there are none. */
  async #makeTables({ sql }: AskedQuery): Promise<boolean> {
    const text = sql.toLowerCase();
    const views = [...this.#stubs.values()].filter(({ form, place }) => form === 'view' && text.includes(place.name.toLowerCase()));
    if (views.length === 0) return false;
    const tables = views.map(({ stub }): WantedStub => ({ stub, form: 'table' }));
    const refused = await this.#make(tables);
    return refused === undefined || (refused.error.kind === 'dependents' && (await this.#makeSince(tables)));
  }

  /** What has a column of the rows of another one can only be made anew with it. It was declared later. */
  async #makeSince(tables: readonly WantedStub[]): Promise<boolean> {
    const all = [...this.#stubs.values()].map(({ stub, form }) => tables.find((table) => table.stub === stub) ?? { stub, form });
    const since = all.slice(all.findIndex((wanted) => tables.includes(wanted)));
    return (await this.#make(since, 'cascade')) === undefined;
  }

  #replace(sql: string): ReplacedQuery {
    return replaceRelations(sql, ({ schema, name }) => {
      const stub = this.#stubs.get(dialect.relation({ schema, name }));
      return stub === undefined ? undefined : dialect.relation(stub.place);
    });
  }

  /**
   * The server has one code for a function that is not there and for arguments that it does not take. One of the server's own
   * is there whatever hooks do; one of a project may be made anew.
   */
  async #tellArguments(error: EngineErrorDetails): Promise<EngineErrorDetails> {
    const isColumn = error.kind === 'unknown-column';
    if ((error.kind !== 'unknown-function' && !isColumn) || error.name === undefined || error.signatures !== undefined) return error;
    const [found] = await this.#connection.queryEach(signaturesStatement(isColumn ? error.name.replace(/^.*\./, '') : error.name));
    const forms = found?.rows ?? [];
    // What stands for a relation has rows of a type of its own, which functions over the rows of the relation do not take.
    if (forms.some(([, , ofRows]) => String(ofRows) === 'true')) return { ...error, kind: 'other' };
    if (isColumn) return error;
    if (forms.length === 0) return { ...error, signatures: [] };
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
}

/** Which of several was refused, and why. */
interface Refused {
  readonly at: number;
  readonly error: EngineErrorDetails;
}

/** A query over what stands for the relations that it reads. */
interface AskedQuery extends ReplacedQuery {
  readonly meaning: boolean;
}

function askView({ sql }: AskedQuery, at: number): readonly Statement[] {
  return [{ sql: `${askedPrefix(at)}${sql}\n)` }, viewStatement(scratchView(at))];
}

/** The error with its place behind what stands before the query. */
function placedIn({ position, ...error }: EngineErrorDetails, before: number): EngineErrorDetails {
  return position === undefined ? error : { ...error, position: position - before };
}

/** Whether tables may make a difference: they have columns of the system's own, and can be sampled. What is over time has no place in the text. */
function mayPassOverTables({ kind, message, position }: EngineErrorDetails): boolean {
  return (kind === 'other' && position !== undefined) || /\b(?:ctid|tableoid|[xc]min|[xc]max)\b/.test(message);
}

function makeStub({ stub: { columns }, place, form }: TemporaryStub): readonly Statement[] {
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
