/** Names of declared tests, the same as dbt gives, so that selections and saved results go on matching. */
import { hash } from 'node:crypto';
import type { YamlValue } from '../project/project.ts';
import { isYamlNumber } from '../project/yaml/yaml-node.ts';

/** Longest name; longer ones are cut and get a hash. */
const maxLength = 63;

/** The check with the name of what it judges and its arguments: `accepted_values_orders_status__placed__shipped`. */
export function testName(check: string, judged: string, args: Readonly<Record<string, YamlValue>>): string {
  const words = Object.keys(args)
    .toSorted()
    .flatMap((name) => flatten(args[name] ?? null))
    .map((word) => word.replaceAll(/[^0-9a-zA-Z_]+/g, '_'));
  const head = `${check.replaceAll('.', '_')}_${judged}`;
  const full = `${head}_${words.join('__')}`;
  return full.length <= maxLength ? full : `${head.slice(0, 30)}_${hash('md5', full, 'hex')}`;
}

function flatten(value: YamlValue): readonly string[] {
  if (isYamlNumber(value)) return [value.text];
  // `Array.isArray` does not narrow a readonly array out of the union; the branches prove what is left.
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(spell);
  if (typeof value === 'object' && value !== null) return Object.values(value as Readonly<Record<string, YamlValue>>).map(spell);
  return [spell(value)];
}

/** A value as Python prints it, which is what dbt's names are made of. */
function spell(value: YamlValue): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (isYamlNumber(value)) return value.text;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Ten hexadecimal digits that tell tests of one name apart. */
export function testHash(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 10);
}
