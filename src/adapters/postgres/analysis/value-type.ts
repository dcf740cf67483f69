/** The types of values, as far as it matters whether values that count as equal are the same. */
import { isSet, nodesAt, numberAt } from './tree-node.ts';
import type { TreeNode } from './tree-node.ts';
import { isDeterministic } from './trusted-functions.ts';

export interface ValueType {
  readonly type: number | undefined;
  readonly typmod?: number | undefined;
  readonly collation?: number | undefined;
}

const BOOL = 16;

/** Type, modifier and collation by the kind of the node; an empty name where it has none. */
const fields: Readonly<Record<string, readonly [string, string, string]>> = {
  VAR: ['vartype', 'vartypmod', 'varcollid'],
  CONST: ['consttype', 'consttypmod', 'constcollid'],
  FUNCEXPR: ['funcresulttype', '', 'funccollid'],
  OPEXPR: ['opresulttype', '', 'opcollid'],
  NULLIFEXPR: ['opresulttype', '', 'opcollid'],
  RELABELTYPE: ['resulttype', 'resulttypmod', 'resultcollid'],
  COERCEVIAIO: ['resulttype', '', 'resultcollid'],
  CASEEXPR: ['casetype', '', 'casecollid'],
  COALESCEEXPR: ['coalescetype', '', 'coalescecollid'],
  MINMAXEXPR: ['minmaxtype', '', 'minmaxcollid'],
  AGGREF: ['aggtype', '', 'aggcollid'],
  WINDOWFUNC: ['wintype', '', 'wincollid'],
};

const truthValues: ReadonlySet<string> = new Set(['BOOLEXPR', 'NULLTEST', 'BOOLEANTEST', 'SCALARARRAYOPEXPR', 'DISTINCTEXPR']);

export function valueTypeOf(expression: TreeNode | undefined): ValueType {
  if (expression === undefined) return { type: undefined };
  if (truthValues.has(expression.nodeTag)) return { type: BOOL };
  const [type, typmod, collation] = fields[expression.nodeTag] ?? [];
  if (type === undefined) return { type: undefined };
  return {
    type: numberAt(expression, type),
    typmod: typmod === undefined || typmod === '' ? castModifier(expression) : numberAt(expression, typmod),
    collation: numberAt(expression, collation ?? ''),
  };
}

/** A cast to a number of so many digits says these behind its argument. */
function castModifier(expression: TreeNode): number {
  const [, digits] = numberAt(expression, 'funcid') === TO_DIGITS ? nodesAt(expression, 'args') : [];
  return digits?.nodeTag === 'CONST' && !isSet(digits, 'constisnull') ? 0 : -1;
}

const TO_DIGITS = 1703;
const NUMERIC = 1700;

/** bool, bytea, "char", name, int8, int2, int4, oid, date, time, timestamp, timestamptz, uuid. */
const single: ReadonlySet<number | undefined> = new Set([BOOL, 17, 18, 19, 20, 21, 23, 26, 1082, 1083, 1114, 1184, 2950]);
const texts: ReadonlySet<number | undefined> = new Set([25, 1043]);

/** Whether values that are not the same never count as equal, as 1.0 and 1.00 do, or a day and 24 hours. */
export function showsEqualApart({ type, typmod = -1, collation = 0 }: ValueType = { type: undefined }): boolean {
  return single.has(type) || (type === NUMERIC && typmod >= 0) || (texts.has(type) && isDeterministic(collation));
}
