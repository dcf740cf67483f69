/** Finds the columns of sources: declared types, else the catalog, else what the reader of a file says. Nothing is guessed. */
import type { Column } from '../adapter/relation.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { CompiledColumn } from '../compile/compiled-column.ts';
import type { CompiledSource, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { shownName } from '../graph/shown-name.ts';
import type { AnalyzeInput, AnalyzePorts } from './analyze-input.ts';
import type { KnownColumns } from './analysis.ts';
import { relationKey } from './relation-key.ts';

const noProofs = { notNull: [], unique: [] } as const;

/** What is known of each of `sources`; those of which nothing is known are left out. Files that cannot be read are told of. */
export async function findSourceColumns(
  input: AnalyzeInput,
  { binder, catalog, lastSeen }: AnalyzePorts,
  sources: readonly CompiledSource[],
): Promise<Outcome<ReadonlyMap<NodeId, KnownColumns>>> {
  const key = relationKey(input.dialect.foldIdentifier);
  const found = new Map<NodeId, KnownColumns>();
  const open: CompiledSource[] = [];
  const files: { readonly source: CompiledSource; readonly external: string }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const source of sources) {
    const { external } = source;
    const declared = declaredColumns(source.columns);
    if (declared !== undefined) {
      found.set(source.id, { kind: 'known', origin: 'declared', columns: declared, proofs: noProofs });
    } else if (external !== undefined) {
      files.push({ source, external });
    } else {
      open.push(source);
    }
  }
  const stands = open.length === 0 ? [] : await catalog();
  const standing = stands ?? lastSeen?.() ?? [];
  const origin = stands === undefined ? 'last-seen' : 'catalog';
  const columnsAt = new Map(standing.map((entry) => [key(entry.relation), entry.columns]));
  for (const { id, relation } of open) {
    const columns = columnsAt.get(key(relation)) ?? [];
    if (columns.length > 0) found.set(id, { kind: 'known', origin, columns, proofs: noProofs });
  }
  // A file that is not there yet, or that needs an extension, leaves its source unknown.
  const bindings = await binder.bind(files.map(({ external }) => ({ sql: `select * from ${external}` })));
  for (const [at, { source }] of files.entries()) {
    const binding = bindings[at];
    if (binding?.kind === 'refused') diagnostics.push(...describeUnread(input, source, binding.error));
    if (binding?.kind !== 'bound' || binding.query.columns.length === 0) continue;
    const columns = binding.query.columns.map(({ name, type }) => ({ name, type }));
    found.set(source.id, { kind: 'known', origin: 'file', columns, proofs: noProofs });
  }
  return { value: found, diagnostics };
}

/** Nothing of a file that something of the project or a hook may still write, nor of what the engine could read in the target. */
function describeUnread(
  { graph, hooks }: AnalyzeInput,
  source: CompiledSource,
  { kind, message }: EngineErrorDetails,
): readonly Diagnostic[] {
  if (hooks || (kind !== 'io' && kind !== 'file-content')) return [];
  const { location, locationSpan } = source;
  const isWritten = [...graph.nodes.values()].some(
    (node) => node.resourceType === 'model' && node.config.external !== undefined && node.config.external.location === location,
  );
  const name = shownName(source);
  return isWritten ? [] : [diagnose('source-file-not-read', { name, message }, { node: source.id, span: locationSpan })];
}

/** The described columns with their types, when each has one: what is left out may be there all the same. */
export function declaredColumns(columns: readonly CompiledColumn[]): readonly Column[] | undefined {
  const typed = columns.flatMap(({ name, dataType }) => (dataType === undefined ? [] : [{ name, type: dataType }]));
  return typed.length > 0 && typed.length === columns.length ? typed : undefined;
}
