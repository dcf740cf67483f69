/** Writes the SQL that a template asks for once the columns of other nodes are known. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { StarRequest, UnionRequest } from '../compile/column-slots.ts';
import { fillColumns } from '../compile/column-slots.ts';
import type { CompiledText, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Where } from '../diagnostics/diagnostic.ts';

export interface KnownRelation {
  /** As people call it. */
  readonly name: string;
  /** As queries name it. */
  readonly sql: string;
  readonly columns: readonly Column[];
}

export interface WriteInput {
  readonly dialect: Pick<Dialect, 'foldIdentifier' | 'identifierProblem' | 'library' | 'literal' | 'quoteIdentifier'>;
  readonly relationOf: (id: NodeId) => KnownRelation;
  readonly where: Where;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** A text with relations that stand for those of the project: every request in it is for columns alone. */
export function fillFromRelations(
  text: CompiledText,
  input: Pick<WriteInput, 'dialect' | 'relationOf'> & { readonly node: NodeId },
): { readonly text: CompiledText; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const filled = fillColumns(text, (request, span) => {
    if (request.kind !== 'star' && request.kind !== 'union') return bug(`a text of ${input.node} was not rendered`);
    return writeColumns(request, { ...input, where: { node: input.node, span }, report: (entry) => void diagnostics.push(entry) });
  });
  return { text: filled, diagnostics };
}

/** Problems are reported; the SQL is then of no use. */
function writeColumns(request: StarRequest | UnionRequest, input: WriteInput): string {
  return request.kind === 'star' ? writeStar(request, input) : writeUnion(request, input);
}

function writeStar({ of, except, prefix, suffix, alias }: StarRequest, input: WriteInput): string {
  const { dialect, where, report } = input;
  const relation = input.relationOf(of);
  const { name, columns } = relation;
  const left = new Set(except.map((column) => column.toLowerCase()));
  warnOfAbsent(except, 'except', [relation], input);
  const chosen = columns.filter((column) => !left.has(column.name.toLowerCase()));
  if (chosen.length === 0) report(diagnose('no-columns-left', { helper: 'star', of: name }, where));
  const owner = alias === undefined ? '' : `${alias}.`;
  return chosen
    .map((column) => {
      const own = `${owner}${dialect.quoteIdentifier(column.name)}`;
      return prefix + suffix === '' ? own : `${own} as ${named(`${prefix}${column.name}${suffix}`, input)}`;
    })
    .join(', ');
}

/** A name that comes from a template: the database has to be able to hold it. */
function named(name: string, { dialect, where, report }: WriteInput): string {
  const problem = dialect.identifierProblem(name);
  if (problem === undefined) return dialect.quoteIdentifier(name);
  report(diagnose('bad-identifier', { name, problem }, where));
  return '""';
}

/** Names that no column has: most often they are mistyped, and what was to be left out is there. */
function warnOfAbsent(
  names: readonly string[],
  argument: string,
  relations: readonly KnownRelation[],
  { where, report }: Pick<WriteInput, 'where' | 'report'>,
): void {
  const known = [...new Set(relations.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const lower = new Set(known.map((name) => name.toLowerCase()));
  const of = [...new Set(relations.map(({ name }) => name))];
  for (const name of names)
    if (!lower.has(name.toLowerCase())) report(diagnose('chosen-column-unknown', { column: name, argument, of, known }, where));
}

/** The columns of all relations, each where it was met first. */
function writeUnion(request: UnionRequest, input: WriteInput): string {
  const { dialect, where, report } = input;
  const fold = dialect.foldIdentifier;
  const relations = request.of.map(input.relationOf);
  const wanted = new Set(request.include.map((name) => name.toLowerCase()));
  const left = new Set(request.exclude.map((name) => name.toLowerCase()));
  warnOfAbsent(request.include, 'include', relations, input);
  warnOfAbsent(request.exclude, 'exclude', relations, input);
  const all = new Map<string, Column>();
  for (const column of relations.flatMap(({ columns }) => columns)) {
    const lower = column.name.toLowerCase();
    if (left.has(lower) || (wanted.size > 0 && !wanted.has(lower)) || all.has(fold(column.name))) continue;
    all.set(fold(column.name), column);
  }
  if (all.size === 0)
    report(
      diagnose('no-columns-left', { helper: 'union_relations', of: [...new Set(relations.map(({ name }) => name))].join('`, `') }, where),
    );
  const sourceName = request.source === undefined ? undefined : named(request.source, input);
  const condition = request.where === undefined ? '' : ` where (\n${request.where}\n)`;
  return relations
    .map(({ columns, sql }) => {
      const own = new Map(columns.map(({ name }) => [fold(name), name]));
      const items = [...all].map(([key, { name, type }]) => {
        const there = own.get(key);
        if (there === undefined) return `cast(null as ${type}) as ${dialect.quoteIdentifier(name)}`;
        return there === name ? dialect.quoteIdentifier(name) : `${dialect.quoteIdentifier(there)} as ${dialect.quoteIdentifier(name)}`;
      });
      const origin =
        sourceName === undefined
          ? []
          : [`${dialect.library.cast(dialect.literal(sql), dialect.library.type_name('string'))} as ${sourceName}`];
      return `select ${[...origin, ...items].join(', ')} from ${sql}${condition}`;
    })
    .join('\nunion all\n');
}
