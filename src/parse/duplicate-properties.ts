/** Finds what the property files of a project describe more than once. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ModelVersion, ParsedProperties } from './definitions.ts';

/** One diagnostic for each model, seed, snapshot, source table, macro, variable, selector, group, exposure or unit test that has a second entry, in any file. */
export function findDuplicateProperties(files: readonly ParsedProperties[]): readonly Diagnostic[] {
  const first = new Map<string, Span>();
  const diagnostics: Diagnostic[] = [];
  const take = (kind: string, name: string, span: Span): void => {
    const before = first.get(`${kind} ${name}`);
    if (before === undefined) {
      first.set(`${kind} ${name}`, span);
      return;
    }
    const notes = [{ message: 'the first one is here', span: before }];
    diagnostics.push(diagnose('duplicate-properties', { kind, name, first: before.path, second: span.path }, { span, notes }));
  };
  // A model with versions is described in one place: its entries all know where that is.
  const versioned = new Map<string, Span>();
  const takeVersions = ({ model, modelSpan }: ModelVersion): void => {
    const before = versioned.get(`${model} ${modelSpan.path} ${modelSpan.start}`);
    versioned.set(`${model} ${modelSpan.path} ${modelSpan.start}`, modelSpan);
    if (before === undefined) take('model with versions', model, modelSpan);
  };
  for (const file of files) {
    for (const { name, span, version } of file.models) {
      take('model', name, span);
      if (version !== undefined) takeVersions(version);
    }
    for (const snapshot of file.snapshots) take('snapshot', snapshot.name, snapshot.span);
    for (const seed of file.seeds) take('seed', seed.name, seed.span);
    for (const macro of file.macros) take('macro', macro.name, macro.span);
    for (const variable of file.vars) take('variable', variable.name, variable.span);
    for (const group of file.groups) take('group', group.name, group.span);
    for (const exposure of file.exposures) take('exposure', exposure.name, exposure.span);
    for (const test of file.unitTests) take('unit test', test.name, test.span);
    for (const selector of file.selectors) take('selector', selector.name, selector.span);
    for (const source of file.sources) for (const table of source.tables) take('source table', `${source.name}.${table.name}`, table.span);
  }
  return diagnostics;
}
