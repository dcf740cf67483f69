/** Makes a test that is written as SQL read another relation under the name of the one that it judges. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Relation } from '../adapter/relation.ts';
import { plainNode } from '../cache/plain-node.ts';
import type { CompiledTest, CompiledText } from '../compile/compiled.ts';
import { redirectRelations } from '../compile/redirect-relations.ts';

export interface StandIn {
  readonly relation: Relation;
  /** Has the same name, so that what calls a column by its relation still finds it. */
  readonly standIn: Relation;
}

/** Undefined where the test may mean the relation itself: by a name that somebody wrote by hand, or in a way that nobody can see. */
export function readStandIn(test: CompiledTest, names: StandIn, dialect: Pick<Dialect, 'relation'>): CompiledTest | undefined {
  const { text } = test.test;
  const redirected = text === undefined ? undefined : redirectText(text, names, dialect);
  // A copy of a test with another text is a test.
  return redirected === undefined ? undefined : ({ ...plainNode(test), test: { ...test.test, text: redirected } } as CompiledTest);
}

function redirectText(text: CompiledText, { relation, standIn }: StandIn, dialect: Pick<Dialect, 'relation'>): CompiledText | undefined {
  const [from, to] = [dialect.relation(relation), dialect.relation(standIn)];
  const redirected = redirectRelations(text, [[from, to]]);
  const rest = redirected.sql.replaceAll(to, ' ');
  return readsIt(redirected.sql, to) && !speaksOf(rest, relation.name) ? redirected : undefined;
}

/** A reference in a comment says that something else in the text reads the relation. */
function readsIt(sql: string, relation: string): boolean {
  return sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').includes(relation);
}

/**
 * Whether SQL may come to the relation by other ways: its name behind that of a schema or inside a text, what is in the
 * catalog, code. A name alone is that of a subquery or a column; what it would find in the search path is the stand-in.
 */
function speaksOf(sql: string, name: string): boolean {
  const spelled = [name, name.replaceAll('"', '""')].map((each) => each.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  const behindSchema = new RegExp(`\\.\\s*"?(?:${spelled})(?![\\p{L}\\p{N}_$])`, 'iu');
  const inText = new RegExp(`'[^'\\n]*(?:${spelled})[^'\\n]*'`, 'iu');
  return behindSchema.test(sql) || inText.test(sql) || /\$\w*\$|\binformation_schema\b/i.test(sql);
}
