/** What compiling one file gives: the unit in which a compiled project is kept, and made anew. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CompiledFile } from './compiled-file.ts';
import type { CompiledHook, CompiledNodeUnion, CompiledProject, DisabledNode, NodeId } from './compiled.ts';
import type { Told } from './declarations.ts';
import { declarationsOf } from './declarations.ts';
import type { Fact, FactName, FactValues } from './fact.ts';
import type { FileTexts } from './hooks.ts';

export interface RunHooks {
  readonly onRunStart: readonly CompiledHook[];
  readonly onRunEnd: readonly CompiledHook[];
}

export interface FileRecord {
  readonly file: CompiledFile;
  /** What it tells other files. */
  readonly facts: readonly Fact[];
  /** What it asked of other files: when that changes, it may come out differently. */
  readonly asks: readonly FactName[];
  readonly nodes: readonly CompiledNodeUnion[];
  readonly disabled: readonly DisabledNode[];
  /** Nodes that did not compile. */
  readonly broken: readonly NodeId[];
  readonly hooks: RunHooks | undefined;
  /** What is wrong with its text, whatever stands around it. */
  readonly parseDiagnostics: readonly Diagnostic[];
  readonly diagnostics: readonly Diagnostic[];
  /** It has to be compiled at every start: it has errors, which speak of what is near, or calls what may answer differently. */
  readonly isRepeated: boolean;
}

export const noHooks: RunHooks = Object.freeze({ onRunStart: [], onRunEnd: [] });

/** The records of a whole project as one. */
export function uniteRecords(
  { name, engine }: { readonly name: string; readonly engine: string },
  records: readonly FileRecord[],
  texts: FileTexts,
): CompiledProject {
  const nodes = records.flatMap((record) => record.nodes);
  const { onRunStart, onRunEnd } = records.find((record) => record.hooks !== undefined)?.hooks ?? noHooks;
  return {
    name,
    models: nodes.filter((node) => node.resourceType === 'model'),
    seeds: nodes.filter((node) => node.resourceType === 'seed'),
    snapshots: nodes.filter((node) => node.resourceType === 'snapshot'),
    sources: nodes.filter((node) => node.resourceType === 'source'),
    tests: nodes.filter((node) => node.resourceType === 'test'),
    exposures: nodes.filter((node) => node.resourceType === 'exposure'),
    unitTests: nodes.filter((node) => node.resourceType === 'unit_test'),
    ...declarationsOf({ told: toldByRecords(records), texts }, engine),
    onRunStart,
    onRunEnd,
    disabled: records.flatMap((record) => record.disabled),
    broken: [...new Set(records.flatMap((record) => record.broken))],
  };
}

function toldByRecords(records: readonly FileRecord[]): Told {
  return (kind) =>
    records.flatMap(({ file, facts }) =>
      // A fact of that kind has the value of that kind.
      facts.flatMap((fact) =>
        fact.kind === kind ? [{ name: fact.name, path: file.path, value: fact.value as FactValues[typeof kind] }] : [],
      ),
    );
}

/** All problems of a compiled project, once each: those of its files, in order, and those of the whole. */
export function uniteDiagnostics(
  records: readonly Pick<FileRecord, 'parseDiagnostics' | 'diagnostics'>[],
  ofProject: readonly Diagnostic[],
): readonly Diagnostic[] {
  const parsed = records.flatMap((record) => record.parseDiagnostics);
  const unparsed = new Set(nodesWithErrors(parsed));
  const compiled = withoutRepeats([...ofProject, ...records.flatMap((record) => record.diagnostics)]);
  // What a half-read template leads to says nothing new.
  return [...parsed, ...compiled.filter((entry) => entry.node === undefined || !unparsed.has(entry.node))];
}

export function nodesWithErrors(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.flatMap(({ severity, node }) => (severity === 'error' && node !== undefined ? [node] : []));
}

/** A broken macro fails in every model that calls it: it is reported for the first. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, message, span }) => {
    if (span === undefined) return true;
    const key = `${code}\n${message}\n${span.path}\n${span.start}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
