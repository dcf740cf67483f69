/** Spells the cast of a seed's column from the text that was loaded to its type. */
import type { Dialect } from '../../adapter/dialect.ts';
import { isTextType } from './seed-rows.ts';
import type { SeedType } from './seed.ts';

/** The type of a column as the engine spells it. */
export function seedTypeName(type: SeedType, dialect: Pick<Dialect, 'typeName'>): string {
  return type.kind === 'declared' ? type.type : dialect.typeName(type.type);
}

/** An expression of the column's type over its loaded text. Only text has an empty value; anywhere else it is NULL. */
export function castExpression(quotedColumn: string, type: SeedType, dialect: Pick<Dialect, 'typeName'>): string {
  const name = seedTypeName(type, dialect);
  return isTextType(type) ? `cast(${quotedColumn} as ${name})` : `cast(nullif(${quotedColumn}, '') as ${name})`;
}
