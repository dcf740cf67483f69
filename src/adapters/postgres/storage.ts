/** Renders how a relation is kept: indexes, comments, rights. */
import { indexName, isIndexName } from '../../adapter/index-name.ts';
import type { Describe, Grant, RenderContext, StageIndexes, SyncIndexes, WantedIndex } from '../../adapter/operation.ts';
import type { Relation } from '../../adapter/relation.ts';
import type { Statement } from '../../adapter/statement.ts';
import { columnsStatement, readColumns } from './catalog.ts';
import { dialect } from './dialect.ts';
import { temporaryName } from './publish/temporary-name.ts';
import { quoteIdentifier, quoteText } from './quoting.ts';

const nameOf = dialect.relation;

const entry = (column: string): string => (column.startsWith('(') ? column : quoteIdentifier(column));

function createIndex(table: Relation, name: string, { columns, unique, type, where, include }: WantedIndex): Statement {
  const method = type === undefined ? '' : ` using ${quoteIdentifier(type)}`;
  const beside = include === undefined ? '' : ` include (${include.map(quoteIdentifier).join(', ')})`;
  const condition = where === undefined ? '' : ` where ${where}`;
  const list = columns.map(entry).join(', ');
  return {
    sql: `create ${unique ? 'unique ' : ''}index ${quoteIdentifier(name)} on ${nameOf(table)}${method} (${list})${beside}${condition}`,
  };
}

/** The name is taken until the old table is gone, so that on the stage is another. */
const passingName = (stage: Relation, name: string): string => temporaryName(stage.name, name);

export function stageIndexes({ stage, target, indexes }: StageIndexes): readonly Statement[] {
  return indexes.map((index) => createIndex(stage, passingName(stage, indexName(target, index)), index));
}

export async function syncIndexes({ target, stage, indexes }: SyncIndexes, { look }: RenderContext): Promise<readonly Statement[]> {
  const [found] = await look({
    sql: `select i.relname from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid where x.indrelid = ${quoteText(nameOf(target))}::pg_catalog.regclass`,
  });
  const present = new Set((found?.rows ?? []).map(([name]) => String(name)));
  const place = (name: string): string => nameOf({ schema: target.schema, name });
  const wanted = new Map(indexes.map((index) => [indexName(target, index), index]));
  const drops = [...present].filter((name) => isIndexName(name) && !wanted.has(name)).map((name) => ({ sql: `drop index ${place(name)}` }));
  const makes = [...wanted].flatMap(([name, index]): readonly Statement[] => {
    if (present.has(name)) return [];
    const passing = stage === undefined ? undefined : passingName(stage, name);
    if (passing === undefined || !present.has(passing)) return [createIndex(target, name, index)];
    return [{ sql: `alter index ${place(passing)} rename to ${quoteIdentifier(name)}` }];
  });
  return [...drops, ...makes];
}

export async function describe(
  { target, relationKind, comment, columns }: Describe,
  { look }: RenderContext,
): Promise<readonly Statement[]> {
  const name = nameOf(target);
  const [answer] = Object.keys(columns).length === 0 ? [] : await look(columnsStatement(target));
  const present = new Set(readColumns(answer).map((column) => column.name));
  return [
    ...(comment === undefined ? [] : [{ sql: `comment on ${relationKind} ${name} is ${quoteText(comment)}` }]),
    ...Object.entries(columns)
      .filter(([column]) => present.has(column))
      .map(([column, text]) => ({ sql: `comment on column ${name}.${quoteIdentifier(column)} is ${quoteText(text)}` })),
  ];
}

/** What everybody has is `public`; the owner keeps what is the owner's. */
export async function grant({ target, grants }: Grant, { look }: RenderContext): Promise<readonly Statement[]> {
  const name = nameOf(target);
  const [found] = await look({
    sql: `select lower(g.privilege_type), case g.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(g.grantee) end
      from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) g where c.oid = ${quoteText(name)}::pg_catalog.regclass and g.grantee <> c.relowner`,
  });
  const key = (right: string, role: string): string => `${right.toLowerCase()} ${role}`;
  const standing = (found?.rows ?? []).map(([right, role]): readonly [string, string] => [String(right), String(role)]);
  const wanted = Object.entries(grants).flatMap(([right, roles]) => roles.map((role): readonly [string, string] => [right, role]));
  const has = new Set(standing.map(([right, role]) => key(right, role)));
  const wants = new Set(wanted.map(([right, role]) => key(right, role)));
  const role = (word: string): string => (word === 'public' ? word : quoteIdentifier(word));
  return [
    ...standing.filter((pair) => !wants.has(key(...pair))).map(([right, who]) => ({ sql: `revoke ${right} on ${name} from ${role(who)}` })),
    ...wanted
      .filter((pair) => !has.has(key(...pair)))
      .map(([right, who]) => ({ sql: `grant ${rightWord(right)} on ${name} to ${role(who)}` })),
  ];
}

/** A right is a word of the engine, which cannot be quoted: what is none is told by the engine as a name that it does not know. */
function rightWord(right: string): string {
  return /^[a-z]+$/i.test(right) ? right : quoteIdentifier(right);
}
