/** Indexes and comments as the catalog has them, made ready to be put on a new table. */
import type { Attachment, Column, Relation } from '../../adapter/relation.ts';
import { dialect } from './dialect.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const identifier = '(?:"(?:[^"]|"")*"|[^\\s".(]+)';

/** What the catalog prints, in which the schema of the table can be missing. */
const indexSql = new RegExp(
  `^CREATE (UNIQUE )?INDEX ${identifier} ON (?:${identifier}\\.)*${identifier}\\s*((?:USING\\s+\\S+\\s*)?\\([^]*)$`,
  'i',
);
const word = /"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/gu;

/** The index of `table` that was made by `sql`; undefined when that has a form which is not known here. */
export function indexAttachment(table: Relation, columns: readonly Column[], name: string, sql: string): Attachment | undefined {
  const [, unique, rest] = indexSql.exec(sql.trimEnd().replace(/;$/, '')) ?? [];
  if (rest === undefined) return undefined;
  const words = rest.match(word)?.map((text) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text)) ?? [];
  const mentioned = new Set(words.map(dialect.foldIdentifier));
  const create = unique === undefined ? 'create index' : 'create unique index';
  return {
    kind: 'index',
    name,
    unique: unique !== undefined,
    columns: columns.map((column) => column.name).filter((column) => mentioned.has(dialect.foldIdentifier(column))),
    sql: `${create} if not exists ${quoteIdentifier(name)} on ${dialect.relation(table)} ${rest}`,
  };
}

/** A comment on the table, or on one of its columns. */
export function commentAttachment(table: Relation, column: string | undefined, comment: string): Attachment {
  const name = dialect.relation(table);
  const subject = column === undefined ? `table ${name}` : `column ${name}.${quoteIdentifier(column)}`;
  const columns = column === undefined ? [] : [column];
  return { kind: 'comment', name: column ?? table.name, unique: false, columns, sql: `comment on ${subject} is ${quoteText(comment)}` };
}
