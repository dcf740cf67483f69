/** Learns what the numbers in query trees mean: of declared relations from whoever declares them, of the rest from the server. */
import type { Stub } from '../../../adapter/analysis.ts';
import type { Cell, Connection, ResultSet } from '../../../adapter/connection.ts';
import type { Statement } from '../../../adapter/statement.ts';
import type { NamedRelation, ServerNames } from './server-names.ts';

export class ServerCatalog implements ServerNames {
  readonly #declared = new Map<number, NamedRelation>();
  readonly #relations = new Map<number, NamedRelation>();
  readonly #functions = new Map<number, string>();
  readonly #missing = { relations: new Set<number>(), functions: new Set<number>() };

  relation(oid: number): NamedRelation | undefined {
    const found = this.#declared.get(oid) ?? this.#relations.get(oid);
    if (found === undefined) this.#missing.relations.add(oid);
    return found;
  }

  function(oid: number): string | undefined {
    const found = this.#functions.get(oid);
    if (found === undefined && oid > 0) this.#missing.functions.add(oid);
    return found;
  }

  /** What stands for a declared relation has this number. */
  declare(oid: number, { relation, columns, primaryKey = [], proofs }: Stub): void {
    this.#declared.set(oid, {
      relation,
      columns: columns.map(({ name }) => name),
      notNull: new Set([...primaryKey, ...(proofs?.notNull ?? [])]),
      unique: [...(primaryKey.length === 0 ? [] : [primaryKey]), ...(proofs?.unique ?? [])],
      isDeclared: true,
    });
  }

  /** Asks for everything that was looked for in vain, in one round trip; says whether there was any. */
  async learn(connection: Pick<Connection, 'queryEach'>): Promise<boolean> {
    const { relations, functions } = this.#missing;
    if (relations.size + functions.size === 0) return false;
    const [attributes, names] = await connection.queryEach(relationNames(relations), functionNames(functions));
    this.#readRelations(attributes);
    for (const [oid, name] of names?.rows ?? []) this.#functions.set(Number(oid), text(name));
    relations.clear();
    functions.clear();
    return true;
  }

  #readRelations(answer: ResultSet | undefined): void {
    const found = new Map<number, NamedRelation & { readonly columns: (string | undefined)[] }>();
    for (const [number, schema, name, column, isDropped] of answer?.rows ?? []) {
      const oid = Number(number);
      const entry = found.get(oid) ?? {
        relation: { schema: text(schema), name: text(name) },
        columns: [],
        notNull: new Set<string>(),
        unique: [],
      };
      found.set(oid, entry);
      if (column !== null) entry.columns.push(isDropped === true ? undefined : text(column));
    }
    for (const [oid, entry] of found) this.#relations.set(oid, entry);
  }
}

function text(cell: Cell | undefined): string {
  return String(cell);
}

function listed(oids: ReadonlySet<number>): string {
  return [0, ...oids].join(', ');
}

/** Columns that were dropped keep their numbers. */
function relationNames(oids: ReadonlySet<number>): Statement {
  return {
    sql: [
      `select c.oid::pg_catalog.text, n.nspname, c.relname, a.attname, a.attisdropped`,
      `from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace`,
      `left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0`,
      `where c.oid in (${listed(oids)}) order by c.oid, a.attnum`,
    ].join('\n'),
  };
}

function functionNames(oids: ReadonlySet<number>): Statement {
  return { sql: `select p.oid::pg_catalog.text, p.proname from pg_catalog.pg_proc p where p.oid in (${listed(oids)})` };
}
