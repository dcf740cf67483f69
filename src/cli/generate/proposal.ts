/** What a command would write into the project, and writing it. */
import { join } from 'node:path';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { addToYaml } from '../../generate/add-to-yaml.ts';
import type { NamedList } from '../../generate/add-to-yaml.ts';
import { kindAt } from '../../project/read-text.ts';
import { renderDiff } from '../../report/line-diff.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { LoadedGraph } from '../load-graph.ts';
import type { DatabaseOptions } from '../options.ts';
import { replaceText } from '../replace-text.ts';
import type { Screen } from '../screen.ts';

export interface GenerateWork {
  readonly host: Host;
  readonly screen: Screen;
  readonly loaded: LoadedGraph;
  readonly options: DatabaseOptions;
}

/** A file with the text that it should have. */
export interface Proposal {
  readonly path: string;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
}

export interface Proposed {
  readonly root: string;
  readonly proposals: readonly Proposal[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The entries put into a property file, which may not be there yet; nothing where it says all of them. */
export function proposeEntries(
  { host, loaded }: GenerateWork,
  path: string,
  list: NamedList,
): { readonly proposals: readonly Proposal[]; readonly diagnostics: readonly Diagnostic[] } {
  const { project, texts, engine } = loaded;
  const before = texts.get(path);
  if (before === undefined && kindAt(host.files, join(project.root, path)) !== undefined)
    return { proposals: [], diagnostics: [diagnose('generate-file-exists', { path }, { span: { path, start: 0, end: 0 } })] };
  const added = addToYaml({ path, text: before ?? '' }, list, engine.dialect.foldIdentifier);
  const diagnostics = added.refused.map((at) =>
    diagnose('generate-not-added', { path, why: 'form' }, { span: { path, start: at, end: at + 1 } }),
  );
  return { proposals: added.text === undefined ? [] : [{ path, before, after: added.text }], diagnostics };
}

/** Writes each file at once or not at all, or shows what would be written. */
export function writeProposals(host: Host, screen: Screen, { root, proposals, diagnostics }: Proposed, isDiff: boolean): ExitCode {
  const problems = [...diagnostics];
  for (const { path, before, after } of proposals) {
    if (isDiff) screen.result(renderDiff(path, before ?? '', after, screen.resultStyle));
    else if (before === undefined ? kindAt(host.files, join(root, path)) !== undefined : !replaceText(host, root, { path, before, after }))
      problems.push(diagnose('generate-not-added', { path, why: 'changed' }));
    else {
      if (before === undefined) host.files.writeAtomic(join(root, path), after);
      screen.note(`${before === undefined ? 'wrote' : 'added to'} ${path}`);
    }
  }
  screen.showDiagnostics(problems);
  if (proposals.length === 0 && problems.length === 0) screen.note('nothing to add');
  return problems.some(({ severity }) => severity === 'error') ? exitCodes.usage : exitCodes.ok;
}
