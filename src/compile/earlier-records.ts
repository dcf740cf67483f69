/** A compiled project that is held in memory, as the earlier compile of what comes next. */
import { bug } from '../diagnostics/bug.ts';
import type { EarlierCompile, KeptFact } from './earlier.ts';
import type { FactKey, FactKind, FactName } from './fact.ts';
import { factKey } from './fact.ts';
import type { FileRecord } from './file-record.ts';
import type { FileTexts } from './hooks.ts';

export interface KeptRecords {
  readonly records: readonly FileRecord[];
  readonly unused: readonly FactName[];
  readonly texts: FileTexts;
}

/** `lost` are the files that have changed or are gone since. */
export function earlierOfRecords({ records, unused, texts }: KeptRecords, lost: ReadonlySet<string> = new Set()): EarlierCompile {
  const byPath = new Map(records.map((record) => [record.file.path, record]));
  const kept = records.filter((record) => !lost.has(record.file.path));
  const givers = new Map<FactKey, { readonly path: string; readonly value: unknown }>();
  const names = new Map<FactKind, string[]>();
  const askers = new Map<FactKey, string[]>();
  for (const { file, facts, asks } of kept) {
    for (const { kind, name, value } of facts) {
      givers.set(factKey(kind, name), { path: file.path, value });
      names.set(kind, [...(names.get(kind) ?? []), name]);
    }
    for (const { kind, name } of asks) {
      const key = factKey(kind, name);
      askers.set(key, [...(askers.get(key) ?? []), file.path]);
    }
  }
  const json = (kind: FactKind, name: string): string | undefined => {
    const giver = givers.get(factKey(kind, name));
    return giver === undefined ? undefined : JSON.stringify(giver.value);
  };
  return {
    isEmpty: false,
    files: () => kept.map((record) => record.file.path),
    giver: (kind, name) => givers.get(factKey(kind, name))?.path,
    json,
    names: (kind) => names.get(kind) ?? [],
    askers: (kind, name) => askers.get(factKey(kind, name)) ?? [],
    factsOf: (path) =>
      (byPath.get(path)?.facts ?? []).map(({ kind, name, value }): KeptFact => ({ kind, name, json: JSON.stringify(value) })),
    lost: [...lost].filter((path) => byPath.has(path)),
    repeated: kept.filter((record) => record.isRepeated).map((record) => record.file.path),
    file: (path) => byPath.get(path)?.file ?? bug(`${path} was not compiled before`),
    text: (path) => texts.get(path) ?? bug(`no text of ${path} is kept`),
    unused,
    testNames: (isWanted) =>
      kept
        .filter((record) => isWanted(record.file.path))
        .flatMap((record) => record.nodes.filter((node) => node.resourceType === 'test').map((node) => node.fqn)),
  };
}
