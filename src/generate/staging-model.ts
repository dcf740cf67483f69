/** Writes the model that stands before a table of a source: its columns under plain names, and as the types that it is said to have. */
import type { Column } from '../adapter/relation.ts';

export interface StagingColumn extends Column {
  /** What the property file says of its type, where the table has another. */
  readonly declared?: string;
}

export interface StagingTable {
  readonly source: string;
  readonly table: string;
  readonly columns: readonly StagingColumn[];
  /** Spells a name that is not plain. */
  readonly quote: (name: string) => string;
  readonly needsQuotes: (name: string) => boolean;
}

export function stagingModel({ source, table, columns, quote, needsQuotes }: StagingTable): string {
  const spell = (name: string): string => (needsQuotes(name) ? plainText(quote(name)) : name);
  const names = uniqueNames(columns.map(({ name }) => plainName(name)));
  const lines = columns.map(({ name, declared }, at) => {
    const target = names[at] ?? name;
    const value = declared === undefined ? spell(name) : `cast(${spell(name)} as ${declared})`;
    return declared === undefined && target === name ? value : `${value} as ${spell(target)}`;
  });
  return `select\n${lines.map((line) => `    ${line}`).join(',\n')}\nfrom {{source ${templateText(source)} ${templateText(table)}}}\n`;
}

/** `OrderID` and `Order ID` are `order_id`. */
export function plainName(name: string): string {
  const plain = name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (plain === '') return name;
  return /^\p{N}/u.test(plain) ? `_${plain}` : plain;
}

function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
    taken.add(free);
    return free;
  });
}

/** SQL in a template, in which braces mean themselves. */
function plainText(sql: string): string {
  return sql.includes('{{') ? `{{{{raw}}}}${sql}{{{{/raw}}}}` : sql;
}

/** A text in a tag. */
export function templateText(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
