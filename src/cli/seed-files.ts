/** Reads the seed files that a command needs: once to check and type them, once more to load their rows. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CompiledSeed, NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { SeedContent } from '../execute/execution.ts';
import { castExpression, seedTypeName } from '../parse/seed/cast-expression.ts';
import { hashSeed, readSeed } from '../parse/seed/read-seed.ts';
import type { Seed, SeedOptions, SeedSource, TextReason } from '../parse/seed/seed.ts';
import { SeedChanged, seedRows, seedText } from '../parse/seed/seed-rows.ts';
import type { SeedSummary } from '../plan/plan-input.ts';
import type { FileSystem } from '../project/file-system.ts';
import type { Project } from '../project/project.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Standing } from './open-database.ts';

export interface SeedFiles {
  readonly summaries: ReadonlyMap<NodeId, SeedSummary>;
  readonly diagnostics: readonly Diagnostic[];
  /** One line for each column that looks like numbers or dates and stays text. */
  readonly notes: readonly string[];
  /** What a seed holds, by its path; undefined when it was not read. */
  readonly content: (path: string) => SeedContent | undefined;
  /** Throws SeedChanged unless the file of a seed is still the one that was read, with this number of rows where it is given. */
  readonly verify: (path: string, rows?: number) => void;
}

/** The seeds among `needed` whose file, or the way it is read, is not what their table was loaded from: only these have to be read as CSV. */
export function changedSeeds(files: FileSystem, loaded: LoadedGraph, needed: Iterable<NodeId>, standing: Standing): ReadonlySet<NodeId> {
  const { project, graph, engine } = loaded;
  const { relation } = engine.dialect;
  const present = new Set(standing.catalog.map((entry) => relation(entry.relation)));
  const hashes = new Map(standing.state.builds.map((entry) => [relation(entry.relation), entry.contentHash]));
  const changed = new Set<NodeId>();
  for (const id of needed) {
    const node = graph.nodes.get(id);
    if (node?.resourceType !== 'seed') continue;
    const name = relation(node.relation);
    if (!present.has(name) || hashes.get(name) !== buildHash(node, hashSeed(sourceOf(files, project, node)))) changed.add(id);
  }
  return changed;
}

/** Two readings as one. */
export function joinSeedFiles(first: SeedFiles, second: SeedFiles): SeedFiles {
  return {
    summaries: new Map([...first.summaries, ...second.summaries]),
    diagnostics: [...first.diagnostics, ...second.diagnostics],
    notes: [...first.notes, ...second.notes],
    content: (path) => first.content(path) ?? second.content(path),
    verify: (path, rows) => (first.content(path) === undefined ? second : first).verify(path, rows),
  };
}

function sourceOf(files: FileSystem, project: Project, node: CompiledSeed): SeedSource {
  const absolute = join(project.root, node.path);
  return { path: node.path, size: files.stat(absolute)?.size ?? 0, chunks: () => files.chunks(absolute) };
}

/** The hash of all that decides the table of a seed: that of its file alone, unless something is declared of how it is read. */
function buildHash(node: CompiledSeed, fileHash: string): string {
  const { columnTypes = {}, delimiter } = optionsOf(node);
  const types = Object.entries(columnTypes).map(([column, { value }]) => [column, value] as const);
  if (types.length === 0 && delimiter === undefined) return fileHash;
  const parts = [fileHash, delimiter?.value ?? null, types.toSorted(([a], [b]) => (a < b ? -1 : 1))];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Reads the seeds among `needed`. Seeds with problems have diagnostics and no summary. */
export function readSeedFiles(files: FileSystem, loaded: LoadedGraph, needed: ReadonlySet<NodeId>): SeedFiles {
  const { project, graph, engine } = loaded;
  const summaries = new Map<NodeId, SeedSummary>();
  const diagnostics: Diagnostic[] = [];
  const notes: string[] = [];
  const read = new Map<string, { readonly seed: Seed; readonly source: SeedSource }>();
  for (const id of needed) {
    const node = graph.nodes.get(id);
    if (node?.resourceType !== 'seed') continue;
    const source = sourceOf(files, project, node);
    const outcome = readSeed(source, optionsOf(node));
    diagnostics.push(...outcome.diagnostics);
    const seed = outcome.value;
    if (seed === undefined) continue;
    const bad = seed.columns.flatMap(({ name }) => {
      const problem = engine.dialect.identifierProblem(name);
      return problem === undefined
        ? []
        : [diagnose('bad-identifier', { name, problem }, { node: id, span: { path: node.path, start: 0, end: 0 } })];
    });
    if (bad.length > 0) {
      diagnostics.push(...bad);
      continue;
    }
    read.set(node.path, { seed, source });
    notes.push(...noteTexts(seed));
    summaries.set(id, {
      contentHash: buildHash(node, seed.contentHash),
      rows: seed.rowCount,
      columns: seed.columns.map((column) => ({ name: column.name, type: seedTypeName(column.type, engine.dialect) })),
      casts: seed.columns.map(({ name, type }) => {
        const quoted = engine.dialect.quoteIdentifier(name);
        return `${castExpression(quoted, type, engine.dialect)} as ${quoted}`;
      }),
      ...readableFile(join(project.root, node.path), seed),
    });
  }
  return {
    summaries,
    diagnostics,
    notes,
    content: (path) => {
      const entry = read.get(path);
      if (entry === undefined) return undefined;
      const { source, seed } = entry;
      return { rows: seedRows(source, seed), rowCount: seed.rowCount, text: seedText(source, seed) };
    },
    verify: (path, rows) => {
      const { seed, source } = read.get(path) ?? bug(`seed ${path} was not read`);
      if ((rows !== undefined && rows !== seed.rowCount) || hashSeed(source) !== seed.contentHash) throw new SeedChanged(path);
    },
  };
}

const textReasons: Readonly<Record<TextReason, string>> = {
  'leading-zero': 'its digits begin with zeros, which a number would lose',
  'beyond-64-bit': 'its numbers have more than 64 bits',
  'too-many-digits': 'its numbers have more digits than a `double` keeps',
  'bare-exponent': 'numbers such as 1e5 may be codes; with a sign, as `1e+5`, they would be numbers',
  'no-such-date': 'some of its dates are in no calendar, such as 2024-02-30',
  'mixed-zones': 'some of its timestamps have a time zone, and some have none',
  'local-date': 'dates such as 01/02/2024 do not tell day and month apart; as `YYYY-MM-DD` they would be dates',
};

/** Why columns became text that look like something else. A declared type says that it is meant. */
function noteTexts({ path, columns }: Seed): readonly string[] {
  return columns.flatMap(({ name, type }) =>
    type.kind === 'declared' || type.keptAsText === undefined
      ? []
      : [`note  ${path}: column \`${name}\` stays text: ${textReasons[type.keptAsText]} (declare its type to silence this)`],
  );
}

function readableFile(path: string, seed: Seed): Pick<SeedSummary, 'file'> {
  // These characters make a pattern of a path, which may name other files.
  if (!seed.regular || /[*?[\]{}]/.test(path)) return {};
  return { file: { path, delimiter: seed.delimiter } };
}

/** Above this size the message alone has to say where in a seed its problem is. */
const largestDrawn = 16 * 1024 * 1024;

/** The texts of the seeds that `diagnostics` point into, so that the line can be drawn; not where it may hold what must not be shown. */
export function seedTexts(files: FileSystem, loaded: LoadedGraph, diagnostics: readonly Diagnostic[]): readonly SourceFile[] {
  const pointedAt = new Set(diagnostics.flatMap(({ span }) => (span === undefined || span.end === 0 ? [] : [span.path])));
  if (pointedAt.size === 0) return [];
  return [...loaded.graph.nodes.values()].flatMap((seed) => {
    if (seed.resourceType !== 'seed' || !pointedAt.has(seed.path) || maskedColumns(seed).length > 0) return [];
    const absolute = join(loaded.project.root, seed.path);
    if ((files.stat(absolute)?.size ?? 0) > largestDrawn) return [];
    return [{ path: seed.path, text: new TextDecoder().decode(files.readBytes(absolute)) }];
  });
}

function maskedColumns(node: CompiledSeed): readonly string[] {
  return node.columns.filter(({ pii }) => pii !== undefined && pii !== false).map(({ name }) => name);
}

function optionsOf(node: CompiledSeed): SeedOptions {
  const delimiter = node.rawConfig['delimiter'];
  return {
    columnTypes: node.config.columnTypes,
    node: node.id,
    maskedColumns: maskedColumns(node),
    ...(typeof delimiter?.value === 'string' ? { delimiter: { value: delimiter.value, span: delimiter.span } } : {}),
  };
}
