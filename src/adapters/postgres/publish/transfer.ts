/** Statements that give a new relation what was set on the old one: rights, settings, and objects that belong to it. */
import type { Relation } from '../../../adapter/relation.ts';
import type { Recreation, Statement } from '../../../adapter/statement.ts';
import { dialect } from '../dialect.ts';
import { quoteIdentifier, quoteText } from '../quoting.ts';
import type { Belongings, Grant, OwnedColumn, OwnedIndex, OwnedPolicy } from './belongings.ts';

/** Names what a statement makes, for the case that it fails. */
export type Maker = (what: string, sql: string) => Statement;

export function makerFor(relation: Relation, dependents: readonly string[]): Maker {
  return (what, sql) => {
    const recreates: Recreation = { what, relation, dependents };
    return { sql, recreates };
  };
}

const roleName = (role: string | null): string => (role === null ? 'public' : quoteIdentifier(role));

/** `fillfactor=70` as it is written in a statement. */
function optionText(option: string, prefix = ''): string {
  const at = option.indexOf('=');
  return `${prefix}${option.slice(0, at)} = ${quoteText(option.slice(at + 1))}`;
}

export function optionList(options: readonly string[] | null): string {
  return options === null || options.length === 0 ? '' : ` with (${options.map((option) => optionText(option)).join(', ')})`;
}

function grantText(name: string, grants: readonly Grant[], column?: string): readonly string[] {
  return grants.map(({ role, privilege, grantable }) => {
    const on = column === undefined ? '' : ` (${quoteIdentifier(column)})`;
    return `grant ${privilege}${on} on ${name} to ${roleName(role)}${grantable ? ' with grant option' : ''}`;
  });
}

/** Rights exactly as they were, also those that default privileges would have added or that were taken away. */
export function transferGrants(old: Belongings, name: string, kept: ReadonlySet<string>): readonly string[] {
  const columns = old.columns.flatMap((column) =>
    column.grants === null || !kept.has(column.name) ? [] : grantText(name, column.grants, column.name),
  );
  if (old.grants === null) return columns;
  const revokeAll = `do ${quoteText(`declare holder record; begin
  for holder in select distinct case g.grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) end as name
    from pg_catalog.pg_class c, pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) g where c.oid = ${quoteText(name)}::pg_catalog.regclass
  loop execute 'revoke all on ' || ${quoteText(name)} || ' from ' || holder.name; end loop; end`)}`;
  return [revokeAll, ...grantText(name, old.grants), ...columns];
}

/** What a comment is on, as a statement spells it. */
function comment(on: string, text: string | null): readonly string[] {
  return text === null ? [] : [`comment on ${on} is ${quoteText(text)}`];
}

const kindWords: Readonly<Record<string, string>> = { v: 'view', m: 'materialized view' };

/** The word for a relation of this kind in statements about it. */
export const kindWord = (kind: string): 'table' | 'view' | 'materialized view' =>
  kind === 'v' ? 'view' : kind === 'm' ? 'materialized view' : 'table';

/** Comments and labels of a relation and its columns. */
export function transferComments(old: Belongings, name: string, kind: string, kept: ReadonlySet<string>): readonly string[] {
  const word = kindWords[kind] ?? 'table';
  const columns = old.columns.filter((column) => kept.has(column.name));
  return [
    ...comment(`${word} ${name}`, old.comment),
    ...columns.flatMap((column) => comment(`column ${name}.${quoteIdentifier(column.name)}`, column.comment)),
    ...old.labels
      .filter(({ column }) => column === null || kept.has(column))
      .map(({ provider, label, column }) => {
        const on = column === null ? `${word} ${name}` : `column ${name}.${quoteIdentifier(column)}`;
        return `security label for ${quoteIdentifier(provider)} on ${on} is ${quoteText(label)}`;
      }),
  ];
}

function columnSettings({ name, statisticsTarget, options, storage, compression, fallback }: OwnedColumn): readonly string[] {
  const storages: Readonly<Record<string, string>> = { p: 'plain', e: 'external', m: 'main', x: 'extended' };
  const compressions: Readonly<Record<string, string>> = { p: 'pglz', l: 'lz4' };
  const column = `alter column ${quoteIdentifier(name)}`;
  return [
    ...(statisticsTarget === null ? [] : [`${column} set statistics ${statisticsTarget}`]),
    ...(options === null ? [] : [`${column} set (${options.map((option) => optionText(option)).join(', ')})`]),
    ...(storage === null ? [] : [`${column} set storage ${storages[storage] ?? 'extended'}`]),
    ...(compression === null ? [] : [`${column} set compression ${compressions[compression] ?? 'pglz'}`]),
    ...(fallback === null ? [] : [`${column} set default ${fallback}`]),
  ];
}

/** What was set on the columns of an index. */
export function indexSettings({ name, statistics }: OwnedIndex, schema: string): readonly string[] {
  const index = dialect.relation({ schema, name });
  return statistics.map(({ column, target }) => `alter index ${index} alter column ${column} set statistics ${target}`);
}

/** What was set on the columns of a materialized view, in one statement; undefined where there is nothing. */
export function viewSettings({ columns }: Belongings, name: string): string | undefined {
  const changes = columns.flatMap(columnSettings);
  return changes.length === 0 ? undefined : `alter materialized view ${name} ${changes.join(', ')}`;
}

/** Settings of a table and its columns, in one statement; undefined where there are none. */
export function transferSettings(old: Belongings, name: string, kept: ReadonlySet<string>): string | undefined {
  const options = [
    ...(old.options ?? []).map((option) => optionText(option)),
    ...(old.toastOptions ?? []).map((option) => optionText(option, 'toast.')),
  ];
  const changes = [
    ...(options.length === 0 ? [] : [`set (${options.join(', ')})`]),
    ...old.columns.filter((column) => kept.has(column.name) && !column.automatic).flatMap(columnSettings),
    ...(old.rowSecurity ? ['enable row level security'] : []),
    ...(old.forcedRowSecurity ? ['force row level security'] : []),
    ...(old.tablespace === null ? [] : [`set tablespace ${quoteIdentifier(old.tablespace)}`]),
    ...(old.replicaIdentity === 'f' ? ['replica identity full'] : old.replicaIdentity === 'n' ? ['replica identity nothing'] : []),
  ];
  return changes.length === 0 ? undefined : `alter table ${name} ${changes.join(', ')}`;
}

const commands: Readonly<Record<string, string>> = { r: 'select', a: 'insert', w: 'update', d: 'delete', '*': 'all' };

function policyText(policy: OwnedPolicy, name: string): string {
  const { permissive, command, roles, using, check } = policy;
  const kind = permissive ? 'permissive' : 'restrictive';
  const conditions = `${using === null ? '' : ` using (${using})`}${check === null ? '' : ` with check (${check})`}`;
  return `create policy ${quoteIdentifier(policy.name)} on ${name} as ${kind} for ${commands[command] ?? 'all'} to ${roles.map(roleName).join(', ')}${conditions}`;
}

/** How a trigger or rule fires, where that is not the usual way. */
function enabling(what: 'trigger' | 'rule', { name, enabled }: { readonly name: string; readonly enabled: string }): readonly string[] {
  const ways: Readonly<Record<string, string>> = { D: 'disable', R: 'enable replica', A: 'enable always' };
  const way = ways[enabled];
  return way === undefined ? [] : [`${way} ${what} ${quoteIdentifier(name)}`];
}

/** Something with a name of its own that belongs to a relation, and what makes it anew on another of the same name. */
export interface Part {
  readonly kind: 'statistics' | 'trigger' | 'rule' | 'policy';
  readonly name: string;
  readonly statements: readonly string[];
  /** A query that finds it where it is there already. */
  readonly present: string;
}

/** Objects whose definitions name the relation, so that it must have its name already. */
export function partsOf(old: Belongings, kept: ReadonlySet<number>): readonly Part[] {
  const name = dialect.relation(old.relation);
  const alter = `alter ${kindWord(old.kind)} ${name}`;
  const oid = `${quoteText(name)}::pg_catalog.regclass`;
  const parts: Part[] = [];
  for (const statistics of old.statistics.filter(({ columns }) => columns.every((column) => kept.has(column)))) {
    const { name: own, definition, owner, target: amount } = statistics;
    const statements = [
      definition,
      ...(amount === null ? [] : [`alter statistics ${own} set statistics ${amount}`]),
      ...comment(`statistics ${own}`, statistics.comment),
      `alter statistics ${own} owner to ${quoteIdentifier(owner)}`,
    ];
    const present = `select from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace where pg_catalog.format('%I.%I', n.nspname, s.stxname) = ${quoteText(own)}`;
    parts.push({ kind: 'statistics', name: own, statements, present });
  }
  for (const trigger of old.triggers) {
    const own = quoteIdentifier(trigger.name);
    const statements = [
      trigger.definition,
      ...enabling('trigger', trigger).map((way) => `${alter} ${way}`),
      ...comment(`trigger ${own} on ${name}`, trigger.comment),
    ];
    const present = `select from pg_catalog.pg_trigger where tgrelid = ${oid} and tgname = ${quoteText(trigger.name)}`;
    parts.push({ kind: 'trigger', name: own, statements, present });
  }
  for (const rule of old.rules) {
    const own = quoteIdentifier(rule.name);
    const statements = [
      rule.definition,
      ...enabling('rule', rule).map((way) => `${alter} ${way}`),
      ...comment(`rule ${own} on ${name}`, rule.comment),
    ];
    const present = `select from pg_catalog.pg_rewrite where ev_class = ${oid} and rulename = ${quoteText(rule.name)}`;
    parts.push({ kind: 'rule', name: own, statements, present });
  }
  for (const policy of old.policies) {
    const own = quoteIdentifier(policy.name);
    const statements = [policyText(policy, name), ...comment(`policy ${own} on ${name}`, policy.comment)];
    const present = `select from pg_catalog.pg_policy where polrelid = ${oid} and polname = ${quoteText(policy.name)}`;
    parts.push({ kind: 'policy', name: own, statements, present });
  }
  return parts;
}

/** What publishes the changes of the relation to others. */
export function transferPublications({ publications, relation }: Belongings): readonly string[] {
  return publications.map(
    (publication) => `alter publication ${quoteIdentifier(publication.name)} add table only ${dialect.relation(relation)}`,
  );
}

/** Names of the columns of the old relation that the new one has too, and their numbers in the old. */
export function keptColumns(
  old: Belongings,
  columns: readonly string[],
): { readonly names: ReadonlySet<string>; readonly numbers: ReadonlySet<number> } {
  const present = new Set(columns);
  const kept = old.columns.filter((column) => present.has(column.name));
  return { names: new Set(kept.map((column) => column.name)), numbers: new Set(kept.map((column) => column.number)) };
}
