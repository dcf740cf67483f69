/** Compiles a project from what was compiled earlier and what has changed since, and keeps the outcome for the next command. */
import type { FreshFile } from '../compile/compiled-file.ts';
import type { Compilation } from '../compile/compile-project.ts';
import { nothingEarlier } from '../compile/earlier.ts';
import type { FileRecord } from '../compile/file-record.ts';
import { findUnusedVariables, noneUnused } from '../compile/unused-variables.ts';
import { hasErrors } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { NewFile } from '../project/file-system.ts';
import { traced } from '../project/tracer.ts';
import { readText } from '../project/read-text.ts';
import type { CompiledProject, CompilePorts, CompileRequest, WorkCounts } from './compiled-project.ts';
import { compactStore, isWasteful } from './compact-store.ts';
import { earlierOfStore } from './earlier-store.ts';
import type { SeenFile, SeenFiles } from './seen-files.ts';
import { seeFiles } from './seen-files.ts';
import { Segments } from './segments.ts';
import type { OpenSlot, Slot } from './slot.ts';
import { openSlot, saveSlot, startSegment, touchSlot } from './slot.ts';
import type { Stamp } from './stamp.ts';
import { showsChanges } from './stamp.ts';
import type { StoreNotes } from './store.ts';
import { Store } from './store.ts';
import { projectOfStore, textsOf } from './stored-project.ts';
import { linkStore } from './stored-graph.ts';
import { variableTexts } from './variable-texts.ts';
import { tidyFolder } from './tidy.ts';

export interface CacheRequest extends CompileRequest {
  readonly slot: Slot;
  /** Everything that the outcome depends on beside the files, as one text. */
  readonly settings: string;
  /** Tells what this process writes from what others do. */
  readonly unique: string;
  readonly now: number;
}

/** A run of the compiler with a cache beside it. */
interface Session {
  readonly request: CacheRequest;
  readonly ports: CompilePorts;
  readonly store: Store;
  /** What the slot held, if it was made under the same settings: then the store starts from it. */
  readonly before: OpenSlot | undefined;
  /** What it held under other settings: of that, only the texts of the files are of use. */
  readonly outdated: Store | undefined;
}

/** Throws {@link CacheDamaged} where the cache cannot be read after all: then nothing has happened yet. */
export async function compileCached(request: CacheRequest, ports: CompilePorts): Promise<CompiledProject> {
  const opened = traced(ports.tracer, 'open cache', () => openSlot(request.slot));
  if (opened !== undefined) touchSlot(request.slot, request.now);
  const isCurrent = opened?.notes.settings === request.settings && opened.notes.project === request.project.name;
  const before = isCurrent ? opened : undefined;
  const session: Session = {
    request,
    ports,
    store: storeOf(request.project.name, before),
    before,
    outdated: opened === undefined || isCurrent ? undefined : storeOf(opened.notes.project, opened),
  };
  const close = (): void => {
    opened?.columns.close();
    session.store.segments.close();
    session.outdated?.segments.close();
  };
  try {
    return await load(session, close);
  } catch (cause) {
    close();
    throw cause;
  }
}

function storeOf(project: string, opened: OpenSlot | undefined): Store {
  return new Store(project, new Segments(opened?.segments ?? []), opened?.columns);
}

async function load(session: Session, close: () => void): Promise<CompiledProject> {
  const { request, ports, store, before, outdated } = session;
  const { project } = request;
  const { tracer } = ports;
  const seen = traced(tracer, 'compare files', () =>
    seeFiles((outdated ?? store).files, project, ports.files, before === undefined ? 'all' : 'unsure'),
  );
  const stats = project.files.length;
  const compiled: string[] = [];
  const finish = (notes: Notes, counts: Omit<WorkCounts, 'stats' | 'nodes'>, problems: readonly Diagnostic[] = []): CompiledProject =>
    projectOfStore(store, {
      request,
      ports,
      notes,
      problems,
      counts: { ...counts, stats, nodes: store.graph.order.count },
      compiled,
      close,
    });
  const isUnchanged = before !== undefined && seen.files.length + seen.gone.length === 0;
  if (isUnchanged && !store.files.hasRepeated()) return finish(before.notes, { ...noCounts, read: 0 });

  const made = isUnchanged ? undefined : startSegment(request.slot, request.unique);
  if (made !== undefined) store.segments.addTo(made);
  const read = traced(tracer, 'read', () => readFiles(session, seen, made));
  const isSame = before !== undefined && read.fresh.size + read.lost.size === 0 && !store.files.hasRepeated();
  const outcome = isSame ? undefined : await compile(session, read, (path) => compiled.push(path));
  for (const [path, stamp] of read.stamps) {
    const row = store.files.find(path);
    if (row !== undefined) store.files.setStamp(row, stamp);
  }
  const notes = outcome === undefined ? (before?.notes ?? noNotes) : traced(tracer, 'link', () => link(session, outcome));
  const result = finish(notes, { ...(outcome?.counts ?? noCounts), read: read.count }, read.problems);
  if (made !== undefined && !hasErrors(result.diagnostics.filter((entry) => entry.node === undefined)))
    traced(tracer, 'keep cache', () => save(session, notes, made));
  return result;
}

/** What is said of the whole project. */
export type Notes = Pick<StoreNotes, 'ofProject' | 'ofGraph' | 'unused' | 'unusedVars'>;

const noNotes: Notes = { ofProject: [], ofGraph: [], unused: [], unusedVars: noneUnused };
const noCounts = { yaml: 0, templates: 0, compiled: 0 };

interface ReadFiles {
  /** Files to compile, by path and in order. */
  readonly fresh: ReadonlyMap<string, FreshFile>;
  /** Rows of files that have changed or are gone. */
  readonly lost: ReadonlySet<number>;
  readonly stamps: ReadonlyMap<string, Stamp>;
  readonly problems: readonly Diagnostic[];
  /** How many files were read. */
  readonly count: number;
}

/** Reads the files that do not look as they did. Those that turn out to be the same are not compiled again. */
function readFiles({ request, ports, store, before, outdated }: Session, seen: SeenFiles, made: NewFile | undefined): ReadFiles {
  const { project } = request;
  const fresh = new Map<string, FreshFile>();
  const lost = new Set(before === undefined ? [] : seen.gone);
  const stamps = new Map<string, Stamp>();
  const problems: Diagnostic[] = [];
  // The present of the file system: the segment was started just now, before any file is read.
  const time = made?.mtimeMs() ?? Number.NEGATIVE_INFINITY;
  let count = 0;
  const textOf = ({ file, isSure, row }: SeenFile): string | undefined => {
    if (file.kind === 'seed') return undefined;
    if (isSure && row !== undefined) return (outdated ?? store).files.textOf(row);
    count += 1;
    const text = readText(ports.files, project.root, file.path);
    problems.push(...text.diagnostics);
    return text.value;
  };
  for (const entry of seen.files) {
    const { file, row, stat } = entry;
    const text = textOf(entry);
    const isReadable = file.kind === 'seed' || text !== undefined;
    // What could change without looking different is looked at again the next time: no file has this size.
    if (stat !== undefined && isReadable) stamps.set(file.path, showsChanges(stat, time) ? stat : { ...stat, size: -1 });
    if (before !== undefined && row !== undefined && isReadable && file.kind !== 'seed' && store.files.textOf(row) === text) continue;
    if (before !== undefined && row !== undefined) lost.add(row);
    fresh.set(file.path, { file, text });
  }
  if (before === undefined) fresh.set(project.file.path, { file: { kind: 'project', path: project.file.path, base: '' }, text: undefined });
  return { fresh, lost, stamps, problems, count };
}

/** Compiles what is fresh and who depends on it, and puts it into the store. */
async function compile(
  { request, ports, store, before }: Session,
  { fresh, lost }: ReadFiles,
  note: (path: string) => void,
): Promise<Compilation> {
  const { compileFresh } = await import('./compile-fresh.ts');
  const { project, dialect, flagVars } = request;
  const kept = textsOf(store);
  const texts = { get: (path: string) => fresh.get(path)?.text ?? kept.get(path) };
  const inside = { js: ports.js(texts), tracer: ports.tracer };
  const input = { project, dialect, flagVars, fresh };
  if (before === undefined) {
    const batch = { waiting: new Set<number>(), put: new Set<number>() };
    store.isMoved = true;
    return compileFresh({ ...input, earlier: nothingEarlier }, inside, (record, text) => {
      note(record.file.path);
      store.put(record, text, batch);
    });
  }
  // The store is what the compiler looks at until it is done: nothing is put into it before.
  const records: { readonly record: FileRecord; readonly text: string | undefined }[] = [];
  const earlier = earlierOfStore(store, before.notes.unused, lost);
  const outcome = await compileFresh({ ...input, earlier }, inside, (record, text) => void records.push({ record, text }));
  const made = new Set(records.map(({ record }) => record.file.path));
  made.forEach(note);
  for (const row of lost) if (!made.has(store.files.pathOf(row))) store.remove(row);
  const waiting = new Set(records.flatMap(({ record }) => store.files.find(record.file.path) ?? []));
  const batch = { waiting, put: new Set<number>() };
  for (const { record, text } of records) store.put(record, text, batch);
  return outcome;
}

/** Links the graph anew where it has changed, or where its problems may stand elsewhere now. */
function link({ request, store, before }: Session, outcome: Compilation): Notes {
  const isLinked = before !== undefined && !store.isMoved && before.notes.ofGraph.length === 0;
  const ofGraph = isLinked ? [] : linkStore(store, request.dialect.foldIdentifier);
  const names = Object.keys(request.flagVars);
  // To look through all texts takes long: only who gives variables waits for it, and once.
  const unusedVars = names.length === 0 ? noneUnused : findUnusedVariables(names, variableTexts(request.project, textsOf(store)));
  return { ofProject: outcome.diagnostics, ofGraph, unused: outcome.unused, unusedVars };
}

/** Keeps the store for the next command. Where that fails, the next command does what this one did. */
function save({ request, ports, store, before }: Session, { ofProject, ofGraph, unused, unusedVars }: Notes, made: NewFile): void {
  const { slot, settings, unique, project } = request;
  const notes: StoreNotes = { settings, project: project.name, ofProject, ofGraph, unused, unusedVars };
  let compact: Store | undefined;
  try {
    const replaced = (before?.notes.replaced ?? 0) + store.segments.replaced;
    const file = isWasteful(store, replaced, slot.limits.waste) ? startSegment(slot, unique) : undefined;
    if (file !== undefined) compact = compactStore(store, { project: project.name, fold: request.dialect.foldIdentifier, file });
    const saved = compact === undefined ? { store, notes, before } : { store: compact, notes, before: undefined };
    const names = saveSlot(slot, saved, unique);
    const used = new Set(names.flatMap((entry) => (entry === null ? [] : [entry.name])));
    tidyFolder(ports.files, { folder: slot.folder, slot: slot.name, used, now: made.mtimeMs() });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
  } finally {
    compact?.segments.close();
  }
}
