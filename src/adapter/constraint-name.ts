/** Names for the constraints that property files ask for: the same for the same constraint, and not too long for any engine. */
import { createHash } from 'node:crypto';
import type { WantedConstraint } from './operation.ts';
import type { Relation } from './relation.ts';

/** Bytes of the table's name that people see in the name of a constraint. */
const readable = 20;

/** `orders_0123456789ab_con`. It tells one constraint from another, also where people gave it a name of their own. */
export function constraintKey(target: Relation, constraint: WantedConstraint): string {
  const { type, columns, name, expression, to } = constraint;
  const said = [target.schema, target.name, type, columns, name ?? null, expression ?? null, to?.sql ?? null, to?.columns ?? null];
  const hash = createHash('sha256').update(JSON.stringify(said)).digest('hex');
  const head = new TextDecoder().decode(new TextEncoder().encode(target.name).slice(0, readable)).replace(/\ufffd+$/, '');
  return `${head}_${hash.slice(0, 12)}_${type === 'not_null' ? 'req' : 'con'}`;
}

/** Whether `tx` made the constraint that has this name, or this comment: then property files alone say whether it stays. */
export function isConstraintKey(text: string | null): boolean {
  return text !== null && /_[0-9a-f]{12}_(?:con|req)$/.test(text);
}
