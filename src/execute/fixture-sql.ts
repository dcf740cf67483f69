/** Spells the rows of a fixture as a query, each value cast from its text to the type of its column. */
import type { Dialect } from '../adapter/dialect.ts';
import type { Column } from '../adapter/relation.ts';
import type { FixtureCell, FixtureRow } from '../parse/unit-test-definition.ts';

export interface TypedRows {
  readonly columns: readonly Column[];
  /** Cells in the order of the columns. */
  readonly rows: readonly FixtureRow[];
}

/** A query that gives the rows; columns that nothing is given for are NULL. */
export function fixtureQuery({ columns, rows }: TypedRows, dialect: Dialect): string {
  const given = columns.map((_, at) => rows.some(({ cells }) => (cells[at] ?? null) !== null));
  const list = columns.map(({ name, type }, at) => {
    const isNested = rows.some(({ cells }) => cells[at]?.nested === true);
    const value = given[at] === true ? castText(`v.c${at}`, type, isNested, dialect) : `cast(null as ${type})`;
    return `${value} as ${dialect.quoteIdentifier(name)}`;
  });
  if (rows.length === 0) return `select ${list.join(', ')} where false`;
  const text = dialect.typeName('text');
  const lines = rows.map(({ cells }, row) => {
    const values = cells.flatMap((cell, at) => (given[at] === true ? [`cast(${dialect.literal(cell?.text ?? null)} as ${text})`] : []));
    return `(${[row, ...values].join(', ')})`;
  });
  const names = ['n', ...columns.flatMap((_, at) => (given[at] === true ? [`c${at}`] : []))];
  return `select ${list.join(', ')} from (values\n${lines.join(',\n')}\n) as v(${names.join(', ')})`;
}

function castText(expression: string, type: string, isNested: boolean, dialect: Dialect): string {
  return isNested ? dialect.json.read(expression, type) : `cast(${expression} as ${type})`;
}

/** A query that casts one cell alone, to learn whether it is the one that cannot be cast. */
export function cellQuery(cell: FixtureCell, { type }: Column, dialect: Dialect): string {
  const text = `cast(${dialect.literal(cell.text)} as ${dialect.typeName('text')})`;
  return `select ${castText(text, type, cell.nested === true, dialect)} as value`;
}

const wholeNumber = /^(?:u?(?:tiny|small|big|huge)?int(?:eger)?|u?int(?:1|2|4|8|16|32|64|128)|long|short)$/i;
const decimal = /^(?:decimal|numeric)\(\s*\d+\s*(?:,\s*(\d+)\s*)?\)$/i;
const bounded = /^(?:character(?: varying)?|varchar|char|bpchar)\(\s*(\d+)\s*\)$/i;

/** Why a database would take the value and lose some of it without a word; undefined where it would not. */
export function lossOf({ text, nested }: FixtureCell, type: string): string | undefined {
  if (text === null || nested === true) return undefined;
  const width = bounded.exec(type)?.[1];
  if (width !== undefined) return [...text.trimEnd()].length > Number(width) ? `the column keeps ${width} characters` : undefined;
  const time = /^date$/i.test(type) ? /^\s*[\d-]+[T ]([\d:.]+)/.exec(text)?.[1] : undefined;
  if (time !== undefined) return /[1-9]/.test(time) ? 'the column keeps no time of day' : undefined;
  const fraction = /^\s*[+-]?\d*\.(\d*?)0*\s*$/.exec(text)?.[1];
  if (fraction === undefined || fraction === '') return undefined;
  if (wholeNumber.test(type)) return 'the column has no room for a fraction';
  const scale = decimal.exec(type);
  const digits = Number(scale?.[1] ?? 0);
  return scale !== null && fraction.length > digits ? `the column keeps ${digits} digits behind the point` : undefined;
}
