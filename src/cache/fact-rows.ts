/** What files told each other and asked of each other, as rows of numbers. */
import type { CompiledFile } from '../compile/compiled-file.ts';
import { compareFiles } from '../compile/compiled-file.ts';
import type { Fact, FactKind, FactName } from '../compile/fact.ts';
import { factKinds } from '../compile/fact.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Column } from './column.ts';
import type { ColumnSet, Table } from './column-set.ts';
import type { FileRows } from './file-rows.ts';
import type { Segments } from './segments.ts';
import { noBlob } from './segments.ts';
import type { TextTable } from './text-table.ts';
import { noText } from './text-table.ts';

/** The kind of a fact or question that does not count any more. */
const gone = 255;

const factLayout = { kind: 'u8', file: 'i32', name: 'i32', value: 'f64', next: 'i32' } as const;
const askLayout = { kind: 'u8', file: 'i32', name: 'i32', next: 'i32' } as const;

/** The end of a chain of rows that share a name. Others are one more than the row. */
const noRow = 0;

export class FactRows {
  readonly #files: FileRows;
  readonly #facts: Table<typeof factLayout>;
  readonly #asks: Table<typeof askLayout>;
  /** For each text, the first fact and the first question of that name. */
  readonly #firstFact: Column<'i32'>;
  readonly #firstAsk: Column<'i32'>;
  readonly #texts: TextTable;
  readonly #segments: Segments;

  constructor(set: ColumnSet, files: FileRows, { texts, segments }: { readonly texts: TextTable; readonly segments: Segments }) {
    this.#files = files;
    this.#facts = set.table('fact', factLayout);
    this.#asks = set.table('ask', askLayout);
    this.#firstFact = set.column('text.fact', 'i32');
    this.#firstAsk = set.column('text.ask', 'i32');
    this.#texts = texts;
    this.#segments = segments;
  }

  /** Rows that hold nothing any more, and all rows: of files, facts and questions together. */
  get waste(): { readonly gone: number; readonly all: number } {
    const count = (numbers: Uint8Array, length: number, value: number): number => {
      let found = 0;
      for (let at = 0; at < length; at += 1) if (numbers[at] === value) found += 1;
      return found;
    };
    const [facts, asks] = [this.#facts.columns.kind, this.#asks.columns.kind];
    return {
      gone: count(facts.numbers, facts.count, gone) + count(asks.numbers, asks.count, gone),
      all: facts.count + asks.count,
    };
  }

  // ---- facts

  setFacts(row: number, facts: readonly Fact[]): void {
    const { facts: first, factCount } = this.#files.files.columns;
    const start = first.get(row);
    const before = factCount.get(row);
    const { kind, name, value } = this.#facts.columns;
    const isAlike =
      facts.length === before &&
      facts.every((fact, at) => kind.get(start + at) === numberOf(fact.kind) && name.get(start + at) === this.#texts.find(fact.name));
    const write = this.#valueWriter(this.#files.pathOf(row));
    if (isAlike) {
      facts.forEach((fact, at) => value.set(start + at, write(fact.value, value.get(start + at))));
      return;
    }
    for (let at = start; at < start + before; at += 1) kind.set(at, gone);
    first.set(row, this.#facts.count);
    factCount.set(row, facts.length);
    for (const fact of facts) {
      const text = this.#texts.intern(fact.name);
      const next = headOf(this.#firstFact, text);
      const added = this.#facts.add({ kind: numberOf(fact.kind), file: row, name: text, value: write(fact.value, noBlob), next });
      this.#firstFact.set(text, added + 1);
    }
  }

  /** Writes values of facts that one file gives, one after the other; the reference to each comes back. */
  #valueWriter(path: string): (value: unknown, old: number) => number {
    let last: unknown;
    let reference = noBlob;
    return (value, old) => {
      if (value === true) return trueValue;
      // Some facts are one thing under several names.
      if (value !== last) reference = this.#segments.put(shorten(JSON.stringify(value), path), old === trueValue ? noBlob : old);
      last = value;
      return reference;
    };
  }

  /** The row of the fact, if a file that `isWanted` lets through gives it. */
  findFact(kind: FactKind, name: string, isWanted: (file: number) => boolean): number | undefined {
    const text = this.#texts.find(name);
    if (text === noText || text >= this.#firstFact.count) return undefined;
    const wanted = numberOf(kind);
    const { kind: kinds, file, next } = this.#facts.columns;
    for (let at = this.#firstFact.get(text); at !== noRow; at = next.get(at - 1)) {
      if (kinds.get(at - 1) === wanted && isWanted(file.get(at - 1))) return at - 1;
    }
    return undefined;
  }

  fileOfFact(fact: number): number {
    return this.#facts.columns.file.get(fact);
  }

  jsonOfFact(fact: number): string {
    const { value, file } = this.#facts.columns;
    const reference = value.get(fact);
    return reference === trueValue ? 'true' : lengthen(this.#segments.get(reference), this.#files.pathOf(file.get(fact)));
  }

  factsOf(row: number): readonly { readonly kind: FactKind; readonly name: string; readonly fact: number }[] {
    const { facts, factCount } = this.#files.files.columns;
    const start = facts.get(row);
    return Array.from({ length: factCount.get(row) }, (_, at) => ({ ...this.#nameOf(start + at), fact: start + at }));
  }

  #nameOf(fact: number): FactName {
    const { kind, name } = this.#facts.columns;
    return { kind: factKinds[kind.get(fact)] ?? bug(`fact ${fact} is gone`), name: this.#texts.get(name.get(fact)) };
  }

  /** Names of all facts of a kind that wanted files give. */
  namesOf(kind: FactKind, isWanted: (file: number) => boolean): readonly string[] {
    const names: string[] = [];
    const wanted = numberOf(kind);
    const { kind: kinds, file, name } = this.#facts.columns;
    for (let at = 0; at < this.#facts.count; at += 1)
      if (kinds.get(at) === wanted && isWanted(file.get(at))) names.push(this.#texts.get(name.get(at)));
    return names;
  }

  /** All facts of a kind, in the order of the files. */
  tellersOf(kind: FactKind): readonly { readonly name: string; readonly path: string; readonly fact: number }[] {
    const wanted = numberOf(kind);
    const { kind: kinds, file, name } = this.#facts.columns;
    const found: number[] = [];
    const numbers = kinds.numbers.subarray(0, kinds.count);
    for (let at = numbers.indexOf(wanted); at >= 0; at = numbers.indexOf(wanted, at + 1)) found.push(at);
    const files = new Map(found.map((fact) => [fact, this.#files.fileOf(file.get(fact))]));
    const fileOf = (fact: number): CompiledFile => files.get(fact) ?? bug(`fact ${fact} is in no file`);
    // The facts of one file stand one behind the other.
    found.sort((a, b) => compareFiles(fileOf(a), fileOf(b)) || a - b);
    return found.map((fact) => ({ name: this.#texts.get(name.get(fact)), path: fileOf(fact).path, fact }));
  }

  // ---- questions

  setAsks(row: number, asks: readonly FactName[]): void {
    const { asks: first, askCount } = this.#files.files.columns;
    const start = first.get(row);
    const before = askCount.get(row);
    const { kind, name } = this.#asks.columns;
    const isAlike =
      asks.length === before &&
      asks.every((ask, at) => kind.get(start + at) === numberOf(ask.kind) && name.get(start + at) === this.#texts.find(ask.name));
    if (isAlike) return;
    for (let at = start; at < start + before; at += 1) kind.set(at, gone);
    first.set(row, this.#asks.count);
    askCount.set(row, asks.length);
    for (const ask of asks) {
      const text = this.#texts.intern(ask.name);
      const next = headOf(this.#firstAsk, text);
      const added = this.#asks.add({ kind: numberOf(ask.kind), file: row, name: text, next });
      this.#firstAsk.set(text, added + 1);
    }
  }

  asksOf(row: number): readonly FactName[] {
    const { asks, askCount } = this.#files.files.columns;
    const start = asks.get(row);
    const { kind, name } = this.#asks.columns;
    return Array.from({ length: askCount.get(row) }, (_, at) => ({
      kind: factKinds[kind.get(start + at)] ?? bug(`question ${start + at} is gone`),
      name: this.#texts.get(name.get(start + at)),
    }));
  }

  /** Rows of the files that asked for a fact. */
  askersOf(kind: FactKind, name: string): readonly number[] {
    const text = this.#texts.find(name);
    if (text === noText || text >= this.#firstAsk.count) return [];
    const wanted = numberOf(kind);
    const rows: number[] = [];
    const { kind: kinds, file, next } = this.#asks.columns;
    for (let at = this.#firstAsk.get(text); at !== noRow; at = next.get(at - 1))
      if (kinds.get(at - 1) === wanted) rows.push(file.get(at - 1));
    return rows;
  }
}

/** The first row of a name; the column gets a place for it if it has none. */
function headOf(column: Column<'i32'>, text: number): number {
  while (column.count <= text) column.push(noRow);
  return column.get(text);
}

/** The reference that stands for a fact whose value is true, which many are. */
const trueValue = -2;

/**
 * The path of a file stands in each place of what it says. As JSON it is written as something that JSON cannot be, so that
 * nothing else can look like it.
 */
function shorten(json: string, path: string): string {
  return json.replaceAll(`"path":${JSON.stringify(path)}`, '"path":#');
}

function lengthen(json: string, path: string): string {
  return json.replaceAll('"path":#', () => `"path":${JSON.stringify(path)}`);
}

const factNumbers = new Map(factKinds.map((kind, number) => [kind, number]));

function numberOf(kind: FactKind): number {
  return factNumbers.get(kind) ?? bug(`there is no kind of fact ${kind}`);
}
