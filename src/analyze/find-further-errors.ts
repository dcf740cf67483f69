/** Finds what else is wrong with a query that does not bind: a binder stops at the first mistake. */
import type { Binder, Binding, BindRequest, BoundColumn, TypeMisfit } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import { tokenLength } from '../compile/engine-diagnostic.ts';
import { bug } from '../diagnostics/bug.ts';
import { findMistake } from '../compile/query-place.ts';
import { applyEdits, originalOffset, withEdit } from '../adapter/query-edits.ts';
import type { QueryEdit } from '../adapter/query-edits.ts';
import { partAround, partsAround, readParts } from './query-parts.ts';
import type { QueryPart, QueryParts } from './query-parts.ts';

/** Most errors of one query, the first included. */
const maxErrors = 20;
/** What only follows from another mistake has to be replaced as well. */
const maxTries = 40;

export interface FurtherErrors {
  /** There may be more than these. */
  readonly isCut: boolean;
  readonly errors: readonly EngineErrorDetails[];
  readonly misfits: readonly TypeMisfit[];
  /** Of what is left of the query, under the names that it has. */
  readonly columns: readonly BoundColumn[];
}

/** The error that the target would give too, or nothing. */
export type Judge = (error: EngineErrorDetails) => Promise<EngineErrorDetails | undefined>;

/** What types have a part in. */
const ofTypes: ReadonlySet<EngineErrorDetails['kind']> = new Set(['type-mismatch', 'conversion', 'unknown-function']);

/** Mistakes that a part of a query makes by itself, whatever the others are. */
const ownMistakes: ReadonlySet<EngineErrorDetails['mistake']> = new Set([
  'aggregate-in-condition',
  'window-in-condition',
  'nested-aggregates',
  'window-without-over',
  'several-columns',
  'part-of-time',
]);

/**
 * Puts NULL for what is wrong, binds again, and so on. Only what cannot be a consequence of that is given: columns of other names,
 * what else is wrong with parts that have nothing to do with what was replaced, and in the end values whose types do not fit.
 */
export async function findFurtherErrors(
  binder: Binder,
  request: BindRequest,
  first: EngineErrorDetails,
  judge: Judge = (error) => Promise.resolve(error),
): Promise<FurtherErrors> {
  return new Search(binder, request, first, judge).run();
}

class Search {
  readonly #binder: Binder;
  readonly #request: BindRequest;
  readonly #judge: Judge;
  readonly #first: EngineErrorDetails;
  readonly #parts: QueryParts | undefined;
  readonly #errors: EngineErrorDetails[] = [];
  /** Columns that are missing. */
  readonly #seen = new Set<string>();
  /** Names of columns whose values and types are no longer what they were. */
  readonly #changed = new Set<string>();
  /** A column is gone whose name only the engine knows. */
  #isUnnamed = false;
  /** Within a column whose name is made of how it is computed something has changed. */
  #isNamedAnew = false;
  #edits: readonly QueryEdit[] = [];

  constructor(binder: Binder, request: BindRequest, first: EngineErrorDetails, judge: Judge) {
    this.#first = first;
    this.#binder = binder;
    this.#request = request;
    this.#judge = judge;
    this.#parts = readParts(request.sql);
  }

  async run(): Promise<FurtherErrors> {
    let error = this.#first;
    for (let tries = 0; tries < maxTries && this.#errors.length < maxErrors; tries += 1) {
      const position = error.position ?? findMistake(error, this.#request.sql);
      const binding = position === undefined ? undefined : await this.#without({ ...error, position }, tries === 0);
      if (binding === undefined) return this.#end([], []);
      if (binding.kind === 'bound') return this.#end(binding.query.misfits, binding.query.columns);
      const original = binding.error.position === undefined ? undefined : originalOffset(this.#edits, binding.error.position);
      if (binding.error.position !== undefined && original === undefined) return this.#end([], []);
      const { position: _, ...details } = binding.error;
      error = original === undefined ? details : { ...details, position: original };
      if (!isOfColumn(error)) await this.#tell(error);
    }
    return this.#end([], [], true);
  }

  #end(misfits: readonly TypeMisfit[], columns: readonly BoundColumn[], isCut = false): FurtherErrors {
    return {
      isCut: isCut || this.#errors.length >= maxErrors,
      errors: this.#errors.slice(0, maxErrors - 1),
      misfits: originalMisfits(this.#edits, misfits).filter(({ position }) => this.#isUntouched(position)),
      // The name that the engine gives to what was put there says nothing of the query.
      columns: columns.map(({ duplicateOf, ...column }) =>
        duplicateOf === undefined || !this.#isWritten(duplicateOf) ? column : { ...column, duplicateOf },
      ),
    };
  }

  /** What becomes of the query without what is wrong; undefined where nothing can stand in. */
  async #without(error: EngineErrorDetails & { readonly position: number }, isFirst: boolean): Promise<Binding | undefined> {
    if (isOfColumn(error)) {
      const binding = await this.#withoutColumn(error, isFirst);
      if (binding !== 'nothing fits') return binding;
    }
    const part = this.#parts === undefined ? undefined : partAround(this.#parts, error.position);
    if (part === undefined || this.#edits.some(({ start, end }) => start === part.start && end === part.end)) return undefined;
    if (part.hidden === true) this.#isUnnamed = true;
    const kept = error.kind === 'duplicate-column' ? `_tx_${part.start}` : part.written;
    this.#change(part.start);
    return this.#try(part.start, part.end - part.start, kept);
  }

  async #withoutColumn(error: EngineErrorDetails & { readonly position: number }, isFirst: boolean): Promise<Binding | 'nothing fits'> {
    const { position, beforeColumn } = error;
    const { sql } = this.#request;
    const length = tokenLength(sql, position, beforeColumn ? undefined : error.name);
    const column = lastPart(sql.slice(position, position + length));
    const name = beforeColumn ? `${error.name?.toLowerCase()}.` : column.replaceAll('"', '').toLowerCase();
    // A NULL without a type leaves open which function is meant.
    if (!isFirst && /^\s*\(/.test(sql.slice(position + length))) return 'nothing fits';
    // A name again: the query may hand on the column that is missing.
    const isMade = this.#isNamedAnew && !/^[\p{L}\p{N}_$.]*$/u.test(name);
    if (!isFirst && !this.#isUnnamed && !isMade && !this.#seen.has(name)) this.#errors.push(error);
    if (this.#parts !== undefined && partAround(this.#parts, position)?.hidden === true) this.#isNamedAnew = true;
    this.#seen.add(name);
    this.#changed.add(name);
    this.#change(position);
    return this.#try(position, length, column);
  }

  /** As an item of a select list it keeps its name, for those who read it; elsewhere no name may stand. */
  async #try(at: number, length: number, column: string | undefined): Promise<Binding> {
    const texts = [...(column === undefined ? [] : [`null as ${column}`]), 'null'];
    const attempts = texts.map((text) => withEdit(this.#edits, { start: at, end: at + length, text }));
    let chosen: Binding | undefined;
    for (const edits of attempts) {
      const request = { ...this.#request, sql: applyEdits(this.#request.sql, edits) };
      // A binder may be far away, and the grammar is not.
      if (edits !== attempts.at(-1) && (await this.#binder.checkQuery(request.sql)) !== undefined) continue;
      [chosen] = await this.#binder.bind([request]);
      this.#edits = edits;
      if (chosen?.kind === 'bound' || chosen?.error.kind !== 'syntax') break;
    }
    return chosen ?? bug('a query was not bound');
  }

  /** Notes what columns are made with what stands at an offset, and with these. */
  #change(offset: number): void {
    const { parts = [] } = this.#parts ?? {};
    const open: QueryPart[] = [...partsAround(parts, offset)];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      for (const name of [...(part.name === undefined ? [] : [part.name]), ...(part.under ?? [])]) {
        if (this.#changed.has(name)) continue;
        this.#changed.add(name);
        open.push(...parts.filter(({ names }) => names.has(name)));
      }
    }
  }

  async #tell(error: EngineErrorDetails): Promise<void> {
    if (!this.#isOwn(error)) return;
    const certain = await this.#judge(error);
    if (certain !== undefined) this.#errors.push(certain);
  }

  /** Whether it would be there without what was replaced. */
  #isOwn({ kind, mistake, position, name, signatures }: EngineErrorDetails): boolean {
    if (kind === 'duplicate-column') return name === undefined || this.#isWritten(name);
    if ((signatures ?? []).length === 0 && (kind === 'unknown-function' || kind === 'unknown-type'))
      return ![this.#first, ...this.#errors].some((other) => other.kind === kind && other.name === name);
    if (kind === 'meaningless' && ownMistakes.has(mistake)) return true;
    return ofTypes.has(kind) && this.#isUntouched(position);
  }

  /** Whether what stands at an offset has nothing to do with what was replaced. */
  #isUntouched(position: number | undefined): boolean {
    const part = position === undefined || this.#parts === undefined || this.#parts.renames ? undefined : partAround(this.#parts, position);
    return part !== undefined && ![...part.names].some((name) => this.#changed.has(name));
  }

  /** Whether items that are as they were have the name. */
  #isWritten(name: string): boolean {
    const { parts = [] } = this.#parts ?? {};
    const isEdited = ({ start, end }: QueryPart): boolean => this.#edits.some((edit) => start <= edit.start && edit.start < end);
    return parts.some((part) => part.name === name.toLowerCase() && !isEdited(part));
  }
}

function isOfColumn({ kind, beforeColumn }: EngineErrorDetails): boolean {
  return kind === 'unknown-column' || kind === 'ambiguous' || beforeColumn === true;
}

function originalMisfits(edits: readonly QueryEdit[], misfits: readonly TypeMisfit[]): readonly TypeMisfit[] {
  return misfits.flatMap((misfit) => {
    const position = misfit.position === undefined ? undefined : originalOffset(edits, misfit.position);
    return position === undefined || /^"?null"?$/i.test(misfit.from) ? [] : [{ ...misfit, position }];
  });
}

function lastPart(name: string): string {
  return /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(name)?.[0] ?? name;
}
