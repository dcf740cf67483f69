/** Finds what the property files of a project describe more than once. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { ColumnProperties, ModelVersion, ParsedProperties } from './definitions.ts';

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

/**
 * Reports columns of one node that the engine takes for the same, although their names are spelled differently. Those that are
 * spelled alike are told where they are read.
 */
export function findSameColumns(files: readonly ParsedProperties[], fold: (name: string) => string): readonly Diagnostic[] {
  const diagnostics = new Map<string, Diagnostic>();
  const look = ({ columns }: { readonly columns: readonly ColumnProperties[] }): void => {
    const first = new Map<string, ColumnProperties>();
    for (const column of columns) {
      const before = first.get(fold(column.name));
      if (before === undefined) first.set(fold(column.name), column);
      else {
        const names = { kind: 'column', name: column.name, first: before.span.path, second: column.span.path };
        const notes = [{ message: `it is the same as \`${before.name}\`, for letters of either case are one in names`, span: before.span }];
        // The versions of a model share the columns that are described for all of them.
        diagnostics.set(`${column.span.path} ${column.span.start}`, diagnose('duplicate-properties', names, { span: column.span, notes }));
      }
    }
  };
  for (const file of files) {
    for (const node of [...file.models, ...file.snapshots, ...file.seeds]) look(node);
    for (const source of file.sources) for (const table of source.tables) look(table);
  }
  return [...diagnostics.values()];
}
