/** Reads the rows of a fixture that is written as CSV. */
import { createHash } from 'node:crypto';
import type { Diagnostic, Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import { readBytes } from './seed/read-bytes.ts';
import type { RecordFault } from './seed/record-reader.ts';
import { fieldForm, RecordReader } from './seed/record-reader.ts';
import type { FixtureCell, FixtureColumn, FixtureRow, FixtureRows } from './unit-test-definition.ts';

const faults: Readonly<Record<RecordFault, string>> = {
  'unclosed-quote': 'a quoted value does not end',
  'text-after-quote': 'text follows a closing quote',
  'stray-quote': 'a quote stands inside a value that does not begin with one',
  nul: 'a NUL character stands in it',
};

/** Turns offsets into the CSV into a place; of CSV inside YAML the whole value, for its lines are indented. */
export type PlaceInCsv = (start: number, end: number) => Span;

/** An empty cell is NULL, and `""` is empty text. Blank lines are no rows. */
export function readCsvFixture(csv: string, place: PlaceInCsv): Outcome<Extract<FixtureRows, { kind: 'rows' }>> {
  const reader = new RecordReader(readBytes([Buffer.from(csv)], createHash('sha256')), ',');
  const diagnostics: Diagnostic[] = [];
  let columns: readonly FixtureColumn[] | undefined;
  const rows: FixtureRow[] = [];
  const spanOfRecord = (): Span => place(reader.offsetOf(reader.start), reader.offsetOf(reader.ends[reader.count - 1] ?? reader.start));
  const complain = (problem: string, span: Span): void => void diagnostics.push(diagnose('fixture-content', { problem }, { span }));
  for (let step = reader.next(); step !== 'end'; step = reader.next()) {
    if (step === 'fault') {
      complain(
        `line ${reader.line} is no CSV: ${faults[reader.fault]}`,
        place(reader.offsetOf(reader.start), reader.offsetOf(reader.start)),
      );
      break;
    }
    if (reader.isBlank() && (columns === undefined || columns.length > 1)) continue;
    if (columns === undefined) columns = readHeader(reader, place);
    else if (reader.count === columns.length) rows.push({ cells: readCells(reader, place), span: spanOfRecord() });
    else complain(`line ${reader.line} has ${reader.count} values, and the first line ${columns.length}`, spanOfRecord());
  }
  if (columns === undefined && diagnostics.length === 0) complain('there is no line with the names of columns', place(0, csv.length));
  return { value: { kind: 'rows', columns: columns ?? [], rows }, diagnostics };
}

function placeOfField(reader: RecordReader, field: number, place: PlaceInCsv): Span {
  return place(reader.offsetOf(reader.starts[field] ?? 0), reader.offsetOf(reader.ends[field] ?? 0));
}

function readHeader(reader: RecordReader, place: PlaceInCsv): readonly FixtureColumn[] {
  return Array.from({ length: reader.count }, (_, field) => ({
    name: reader.cell(field).trim(),
    span: placeOfField(reader, field, place),
  }));
}

function readCells(reader: RecordReader, place: PlaceInCsv): readonly FixtureCell[] {
  return Array.from({ length: reader.count }, (_, field): FixtureCell => {
    const span = placeOfField(reader, field, place);
    const isPlain = reader.forms[field] === fieldForm.plain;
    const text = reader.cell(field);
    if (!isPlain) return { text, span };
    // Spaces around values are there to line them up.
    const bare = text.trim();
    return bare === '' ? { text: null, span } : { text: bare, bare: true, span };
  });
}
