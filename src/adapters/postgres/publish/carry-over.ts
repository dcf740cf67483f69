/** Indexes and constraints that others put on a table, built on the new one before it is published. */
import { isIndexName } from '../../../adapter/index-name.ts';
import type { Attachment, Relation } from '../../../adapter/relation.ts';
import type { Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import type { Belongings, OwnedConstraint, OwnedIndex } from './belongings.ts';
import { moveIndex } from './tablespaces.ts';
import { temporaryName } from './temporary-name.ts';
import { indexSettings } from './transfer.ts';
import type { Maker, Part } from './transfer.ts';

/** What is done before the new relation has its name, and what after it. */
export interface CarriedOver {
  readonly before: readonly Statement[];
  readonly after: readonly Statement[];
}

const nameOf = dialect.relation;

/** `create index` as the catalog spells it, with another name and table. */
function createIndex({ definition, head, unique }: OwnedIndex, name: string, table: Relation): string {
  const tail = definition.slice(definition.indexOf(head) + head.length);
  return `create ${unique ? 'unique ' : ''}index ${quoteIdentifier(name)} on ${nameOf(table)} ${tail}`;
}

/** What marks an index of the table as that by which rows are ordered or told apart. */
function marks({ clustered, identifies }: OwnedIndex | OwnedConstraint, target: Relation, name: string): readonly string[] {
  const table = `alter table ${nameOf(target)}`;
  return [
    ...(clustered ? [`${table} cluster on ${quoteIdentifier(name)}`] : []),
    ...(identifies ? [`${table} replica identity using index ${quoteIdentifier(name)}`] : []),
  ];
}

function indexComment({ comment }: OwnedIndex, target: Relation, name: string): readonly string[] {
  return comment === null ? [] : [`comment on index ${nameOf({ schema: target.schema, name })} is ${quoteText(comment)}`];
}

function constraintComment({ comment }: OwnedConstraint, target: Relation, name: string): readonly string[] {
  return comment === null ? [] : [`comment on constraint ${quoteIdentifier(name)} on ${nameOf(target)} is ${quoteText(comment)}`];
}

const each = (statements: readonly string[]): readonly Statement[] => statements.map((sql) => ({ sql }));

function carryIndex(index: OwnedIndex, stage: Relation, target: Relation, make: Maker): CarriedOver {
  const passing = temporaryName(stage.name, index.name);
  const rename = `alter index ${nameOf({ schema: stage.schema, name: passing })} rename to ${quoteIdentifier(index.name)}`;
  return {
    before: [make(`the index ${quoteIdentifier(index.name)}`, createIndex(index, passing, stage))],
    after: each([
      rename,
      ...marks(index, target, index.name),
      ...indexSettings(index, target.schema),
      ...indexComment(index, target, index.name),
    ]),
  };
}

/** The name of an index is taken until the old table is gone, and so is that of a constraint that has one. */
function carryConstraint(constraint: OwnedConstraint, stage: Relation, target: Relation, make: Maker): CarriedOver {
  const { name, kind, definition, own } = constraint;
  const what = `the constraint ${quoteIdentifier(name)}`;
  const add = (table: Relation, as: string): Statement =>
    make(what, `alter table ${nameOf(table)} add constraint ${quoteIdentifier(as)} ${definition}`);
  const finish = each([...marks(constraint, target, name), ...constraintComment(constraint, target, name)]);
  if (kind === 'foreign key' && own) return { before: [], after: [add(target, name), ...finish] };
  if (kind === 'check' || kind === 'foreign key') return { before: [add(stage, name)], after: finish };
  const passing = temporaryName(stage.name, name);
  const rename = `alter table ${nameOf(target)} rename constraint ${quoteIdentifier(passing)} to ${quoteIdentifier(name)}`;
  return { before: [add(stage, passing)], after: [{ sql: rename }, ...finish] };
}

/** Columns that must have a value; the newest servers give this a name, older ones none. */
export function carryNotNull(old: Belongings, stage: Relation, kept: ReadonlySet<string>, make: Maker): readonly Statement[] {
  const table = `alter table ${nameOf(stage)}`;
  return old.columns
    .filter(({ name, notNull }) => notNull && kept.has(name))
    .flatMap(({ name, number }) => {
      const what = `the NOT NULL of ${quoteIdentifier(name)}`;
      const named = old.constraints.find(({ kind, columns }) => kind === 'not null' && columns.includes(number));
      if (named === undefined) return [make(what, `${table} alter column ${quoteIdentifier(name)} set not null`)];
      const comment = constraintComment(named, stage, named.name);
      return [make(what, `${table} add constraint ${quoteIdentifier(named.name)} ${named.definition}`), ...each(comment)];
    });
}

/** Those of the old table whose columns the new one has. */
export function carryOver(old: Belongings, stage: Relation, kept: ReadonlySet<number>, make: Maker): CarriedOver {
  const isKept = ({ columns }: OwnedIndex | OwnedConstraint): boolean => columns.every((column) => kept.has(column));
  const parts = [
    ...old.constraints
      .filter((constraint) => constraint.kind !== 'not null' && isKept(constraint))
      .map((constraint) => carryConstraint(constraint, stage, old.relation, make)),
    ...old.indexes
      .filter((index) => isKept(index) && !isIndexName(index.name))
      .map((index) => carryIndex(index, stage, old.relation, make)),
  ];
  const moves = [...old.constraints, ...old.indexes].flatMap((part) =>
    moveIndex({ schema: stage.schema, name: temporaryName(stage.name, part.name) }, part),
  );
  return { before: [...parts.flatMap(({ before }) => before), ...each(moves)], after: parts.flatMap(({ after }) => after) };
}

/** A statement that is carried out only where a query finds nothing. */
function unless(query: string, statements: readonly string[]): string {
  const body = statements.map((sql) => `execute ${quoteText(sql)};`).join('\n  ');
  return `do ${quoteText(`begin if not exists (${query}) then\n  ${body}\nend if; end`)}`;
}

/** The same as attachments, for after the hooks of the model: what these have made already is left as it is. */
export function attachmentsOf(old: Belongings, parts: readonly Part[]): readonly Attachment[] {
  const nameOfColumn = (number: number): string => old.columns.find((column) => column.number === number)?.name ?? '';
  const target = old.relation;
  const oid = `${quoteText(nameOf(target))}::pg_catalog.regclass`;
  const attachment = (kind: 'index' | 'constraint', part: OwnedIndex | OwnedConstraint, sql: string, unique: boolean): Attachment => ({
    kind,
    name: part.name,
    unique,
    columns: part.columns.map(nameOfColumn),
    sql,
  });
  return [
    ...old.constraints
      .filter(({ kind }) => kind !== 'not null')
      .map((constraint) => {
        const { name, kind, definition } = constraint;
        const same = kind === 'primary key' ? `contype = 'p'` : `conname = ${quoteText(name)}`;
        const add = `alter table ${nameOf(target)} add constraint ${quoteIdentifier(name)} ${definition}`;
        const move = moveIndex({ schema: target.schema, name }, constraint);
        const statements = [add, ...move, ...marks(constraint, target, name), ...constraintComment(constraint, target, name)];
        const sql = unless(`select from pg_catalog.pg_constraint where conrelid = ${oid} and ${same}`, statements);
        return attachment('constraint', constraint, sql, kind === 'primary key' || kind === 'unique');
      }),
    ...old.indexes
      .filter(({ name }) => !isIndexName(name))
      .map((index) => {
        const place = quoteText(nameOf({ schema: target.schema, name: index.name }));
        const statements = [
          createIndex(index, index.name, target),
          ...moveIndex({ schema: target.schema, name: index.name }, index),
          ...marks(index, target, index.name),
          ...indexSettings(index, target.schema),
          ...indexComment(index, target, index.name),
        ];
        return attachment('index', index, unless(`select where pg_catalog.to_regclass(${place}) is not null`, statements), index.unique);
      }),
    ...parts.map(({ kind, name, statements, present }): Attachment => ({
      kind,
      name,
      unique: false,
      columns: [],
      sql: unless(present, statements),
    })),
  ];
}
