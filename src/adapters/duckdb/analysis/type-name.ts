/** Spells the types of a plan as the catalog does. */
import { quoteIdentifier, quoteText } from '../quoting.ts';
import type { LogicalType, TypeInfo } from './plan.ts';

/** `isKeyword` tells whether the engine quotes a name of lower-case letters inside a type. */
export function typeName(type: LogicalType, isKeyword: (name: string) => boolean): string {
  const info = type.type_info;
  if (info === undefined || info === null) return type.id === 'NULL' ? '"NULL"' : type.id;
  if (info.alias !== undefined && info.alias !== '') return info.alias;
  const name = (child: LogicalType | undefined): string => (child === undefined ? type.id : typeName(child, isKeyword));
  const fields = (from = 0): string => fieldsOf(info, from, isKeyword);
  switch (type.id) {
    case 'DECIMAL':
      return `DECIMAL(${info.width},${info.scale})`;
    case 'LIST':
      return `${name(info.child_type)}[]`;
    case 'ARRAY':
      return `${name(info.child_type)}[${info.size}]`;
    case 'STRUCT':
      return `STRUCT(${fields()})`;
    case 'UNION':
      // The first field is the engine's own tag.
      return `UNION(${fields(1)})`;
    case 'MAP': {
      const [key, value] = info.child_type?.type_info?.child_types ?? [];
      return `MAP(${name(key?.second)}, ${name(value?.second)})`;
    }
    case 'ENUM':
      return `ENUM(${(info.values ?? []).map(quoteText).join(', ')})`;
    default:
      return type.id;
  }
}

function fieldsOf(info: TypeInfo, from: number, isKeyword: (name: string) => boolean): string {
  return (info.child_types ?? [])
    .slice(from)
    .map(({ first, second }) => {
      const plain = /^[a-z_][a-z0-9_]*$/.test(first) && !isKeyword(first);
      return `${plain ? first : quoteIdentifier(first)} ${typeName(second, isKeyword)}`;
    })
    .join(', ');
}
