/** `tx fmt`: formats the SQL of templates, each only where the result is proven to be the same SQL. */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { bug } from '../../diagnostics/bug.ts';
import type { FormatRefusal } from '../../diagnostics/codes/format.ts';
import { diagnose, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { findDefinitions, findQuoted } from '../../format/find-quoted.ts';
import { formatTemplate } from '../../format/format-template.ts';
import type { Formatted } from '../../format/format-template.ts';
import { parseFile } from '../../parse/parse-file.ts';
import type { FormatSettings } from '../../project/format-style.ts';
import type { Project, ProjectFile, ProjectSource } from '../../project/project.ts';
import { readFormat } from '../../project/read-format.ts';
import { readSources } from '../../project/read-sources.ts';
import { kindAt } from '../../project/read-text.ts';
import { traced } from '../../project/tracer.ts';
import type { Vars } from '../../project/vars.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { renderDiff } from '../../report/line-diff.ts';
import { engines } from '../engines.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { openFormatStamp } from '../format-stamp.ts';
import type { Host } from '../host.ts';
import { jsLoader, openProject, plainValues } from '../load-graph.ts';
import type { OutputOptions, ProjectOptions } from '../options.ts';
import { findMiscompiled } from '../prove-compiled.ts';
import { replaceText } from '../replace-text.ts';
import type { Screen } from '../screen.ts';

export interface FmtOptions extends ProjectOptions, OutputOptions {
  readonly args: readonly string[];
  readonly check?: boolean;
  readonly diff?: boolean;
}

export async function fmtCommand(host: Host, screen: Screen, options: FmtOptions): Promise<ExitCode> {
  const { project, flagVars } = await openProject(host, screen, options);
  const settings = readFormat(parseYaml(project.file).value);
  const chosen = chooseTemplates(host, project, settings, options.args);
  const { value: templates, diagnostics: unread } = readSources(project.root, chosen, host.files);
  screen.addSources(templates);
  const stamp = openFormatStamp(host, project, settings);
  const fresh = templates.filter(({ path, text }) => !stamp.knows(path, text));
  const outcome = traced(host.trace, 'format', () => formatAll(fresh, project.name, settings, () => quotedIn(host, project)));
  for (const { path, text } of outcome.same) stamp.add(path, text);
  const proven = await prove(host, { project, flagVars }, outcome.changed);
  const diagnostics = [...unread, ...outcome.diagnostics, ...proven.diagnostics];
  const writes = options.check !== true && options.diff !== true;
  const changed: Change[] = [];
  for (const change of proven.changed) {
    if (!writes) report(screen, change, options);
    else if (replaceText(host, project.root, { path: change.source.path, before: change.source.text, after: change.text })) {
      if (!change.isHeld) stamp.add(change.source.path, change.text);
    } else {
      diagnostics.push(refused(change.source, 'changed', 0));
      continue;
    }
    if (writes) screen.note(`formatted ${change.source.path}`);
    changed.push(change);
  }
  stamp.save(screen);
  screen.showDiagnostics(diagnostics);
  const left = new Set(diagnostics.map(({ span }) => span?.path));
  for (const { source } of changed) left.delete(source.path);
  screen.note(summarize({ changed: changed.length, left: left.size, all: chosen.length, writes }));
  if (hasErrors(diagnostics)) return exitCodes.usage;
  return options.check === true && changed.length > 0 ? exitCodes.failed : exitCodes.ok;
}

const kinds: ReadonlySet<string> = new Set(['model', 'singular-test', 'macro']);

/** The templates below the paths that the user named, less what project.yaml leaves alone. */
function chooseTemplates(host: Host, project: Project, { ignore }: FormatSettings, args: readonly string[]): readonly ProjectFile[] {
  const wanted = args.map((arg) => placeOf(host, project, arg));
  // A folder stands for all that is in it.
  const patterns = ignore.flatMap((pattern) => [pattern, `${pattern.replace(/\/+$/, '')}/**`]);
  const isIgnored = picomatch(patterns, { dot: true });
  return project.files.filter(
    ({ kind, path }) =>
      kinds.has(kind) &&
      (wanted.length === 0 || wanted.some((place) => place === '' || path === place || path.startsWith(`${place}/`))) &&
      !(patterns.length > 0 && isIgnored(path)),
  );
}

/** A path of the user, relative to the project and with `/`. */
function placeOf(host: Host, project: Project, arg: string): string {
  const absolute = resolve(host.cwd, arg);
  const place = relative(project.root, absolute);
  const stop = (problem: 'missing' | 'outside'): Stop =>
    new Stop(exitCodes.usage, [diagnose('format-path-not-found', { path: arg, problem })]);
  if (kindAt(host.files, absolute) === undefined) throw stop('missing');
  if (place === '..' || place.startsWith(`..${sep}`) || isAbsolute(place)) throw stop('outside');
  return place.split(sep).join('/');
}

interface Change {
  readonly source: ProjectSource;
  readonly text: string;
  /** Part of it stays as it is, for what other files do with it. */
  readonly isHeld: boolean;
}

interface Outcome {
  readonly same: readonly ProjectSource[];
  readonly changed: readonly Change[];
  readonly diagnostics: readonly Diagnostic[];
}

function formatAll(
  templates: readonly ProjectSource[],
  name: string,
  settings: FormatSettings,
  quoted: () => ReadonlySet<string>,
): Outcome {
  const same: ProjectSource[] = [];
  const changed: Change[] = [];
  const diagnostics: Diagnostic[] = [];
  let known: ReadonlySet<string> | undefined;
  const askOnce = (): ReadonlySet<string> => (known ??= quoted());
  for (const source of templates) {
    const parsed = parseFile(source, name);
    diagnostics.push(...parsed.diagnostics);
    if (hasErrors(parsed.diagnostics)) continue;
    const { formatted, held } = formatHeld(source, settings, askOnce);
    diagnostics.push(...held);
    if (formatted.kind === 'refused') diagnostics.push(refused(source, formatted.refusal.why, formatted.refusal.start));
    else if (formatted.text !== source.text) changed.push({ source, text: formatted.text, isHeld: held.length > 0 });
    else if (held.length === 0) same.push(source);
  }
  return { same, changed, diagnostics };
}

/** Formats all but the macros and `set` blocks whose white space may be seen; `held` names those that would have changed. */
function formatHeld(
  source: ProjectSource,
  settings: FormatSettings,
  quoted: () => ReadonlySet<string>,
): { readonly formatted: Formatted; readonly held: readonly Diagnostic[] } {
  const { path, text } = source;
  const format = (names: readonly string[]): Formatted => formatTemplate(text, settings, new Set(names));
  const found = findDefinitions(text).filter(({ name }) => quoted().has(name));
  const names = found.map(({ name }) => name);
  const formatted = format(names);
  if (formatted.kind === 'refused') return { formatted, held: [] };
  const changes = (name: string): boolean => {
    const whole = format(names.filter((other) => other !== name));
    return whole.kind === 'refused' || whole.text !== formatted.text;
  };
  const held = found.flatMap(({ name, start }) =>
    changes(name) ? [diagnose('format-refused', { path, why: 'quoted', part: name }, { span: { path, start, end: start + 1 } })] : [],
  );
  return { formatted, held };
}

/** Asks all files of the project, once: models that are disabled, or that do not compile, too. */
function quotedIn(host: Host, project: Project): ReadonlySet<string> {
  const textsOf = (chosen: (file: ProjectFile) => boolean): readonly string[] =>
    readSources(project.root, project.files.filter(chosen), host.files).value.map(({ text }) => text);
  return findQuoted(
    textsOf(({ kind }) => kinds.has(kind)),
    [project.file.text, ...textsOf(({ kind }) => kind === 'properties')],
  );
}

function refused({ path }: ProjectSource, why: FormatRefusal, start: number): Diagnostic {
  return diagnose('format-refused', { path, why }, { span: { path, start, end: start + 1 } });
}

/** Keeps the changes that compile to what was compiled before. */
async function prove(
  host: Host,
  { project, flagVars }: { readonly project: Project; readonly flagVars: Vars },
  changed: readonly Change[],
): Promise<{ readonly changed: readonly Change[]; readonly diagnostics: readonly Diagnostic[] }> {
  if (changed.length === 0) return { changed, diagnostics: [] };
  const engine = engines.find(({ type }) => type === project.target.type) ?? bug(`no engine ${project.target.type}`);
  const replaced = new Map(changed.map(({ source, text }) => [source.path, text]));
  const miscompiled = await traced(host.trace, 'prove', () =>
    findMiscompiled(
      { project, dialect: engine.dialect, flagVars: plainValues(flagVars) },
      { files: host.files, js: (texts) => jsLoader(project.root, texts) },
      replaced,
    ),
  );
  const isProven = ({ source }: Change): boolean => !miscompiled.has(source.path);
  return {
    changed: changed.filter(isProven),
    diagnostics: changed.filter((change) => !isProven(change)).map(({ source }) => refused(source, 'compiled', 0)),
  };
}

function report(screen: Screen, { source, text }: Change, { diff }: FmtOptions): void {
  screen.result(diff === true ? renderDiff(source.path, source.text, text, screen.resultStyle) : source.path);
}

interface Counts {
  readonly changed: number;
  readonly left: number;
  readonly all: number;
  readonly writes: boolean;
}

function summarize({ changed, left, all, writes }: Counts): string {
  const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;
  const parts = [
    ...(changed > 0 ? [`${files(changed)} ${writes ? 'formatted' : 'would change'}`] : []),
    ...(left > 0 ? [`${files(left)} left alone`] : []),
    `${files(Math.max(0, all - changed - left))} unchanged`,
  ];
  return parts.join(', ');
}
