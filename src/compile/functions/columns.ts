/** Helpers that write SQL from the columns of other nodes. What they give is written once these are known. */
import type { Builtin, BuiltinCall, Parameter } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import type { ColumnRequest } from '../column-slots.ts';
import { spellRequest } from '../column-slots.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import { nameInId } from '../naming.ts';
import type { Failed, RelationValue, Value } from '../values.ts';
import { describeKind, failed, isRelation, slotText, unknownColumns } from '../values.ts';

const relation: Parameter = { name: 'relation', type: 'relation' };
const text = (name: string): Parameter => ({ name, type: 'text', optional: true });
const list = (name: string): Parameter => ({ name, type: 'list', optional: true });

/** Why the columns of `value` cannot be asked for here, reported. */
function refuse(call: BuiltinCall, { id }: RelationValue): Failed | undefined {
  const { session, builtin: helper } = call;
  if (!session.takesColumns) return session.report('ref-not-allowed', { what: helper.name, place: session.place }, call.span);
  if (id === session.node) return call.fail('asks for the columns of the model itself, which come from this very text', 0);
  return undefined;
}

function asked(request: ColumnRequest): Value {
  return slotText(spellRequest(request));
}

function star(call: BuiltinCall): Value | Failed {
  const of = call.value(0);
  if (!isRelation(of)) return failed;
  const refused = refuse(call, of);
  if (refused !== undefined) return refused;
  return asked({
    kind: 'star',
    of: of.id,
    except: call.texts('except'),
    prefix: call.text('prefix'),
    suffix: call.text('suffix'),
    ...(call.has('alias') ? { alias: call.text('alias') } : {}),
  });
}

function unionRelations(call: BuiltinCall): Value | Failed {
  const of: RelationValue['id'][] = [];
  for (const item of call.list(0)) {
    if (!isRelation(item)) return call.fail(`puts together models and sources, not ${describeKind(item)}`, 0);
    const refused = refuse(call, item);
    if (refused !== undefined) return refused;
    of.push(item.id);
  }
  if (of.length === 0) return call.fail('needs at least one model', 0);
  if (call.has('include') && call.has('exclude')) return call.fail('takes `include=` or `exclude=`, not both', 'exclude');
  const source = call.has('source_column') ? call.value('source_column') : '_source_relation';
  if (typeof source !== 'string' && source !== null) return call.fail('needs a name or `null` for `source_column`', 'source_column');
  return asked({
    kind: 'union',
    of,
    include: call.texts('include'),
    exclude: call.texts('exclude'),
    ...(call.has('where') ? { where: call.text('where') } : {}),
    ...(source === null || source === '' ? {} : { source }),
  });
}

/** The names of the columns, for loops: a list like any other, once it is known. */
function columns(call: BuiltinCall): Value | Failed {
  const { session } = call;
  const of = call.value(0);
  if (!isRelation(of)) return failed;
  const refused = refuse(call, of);
  if (refused !== undefined) return refused;
  const names = session.columnsOf?.(of.id);
  if (names === undefined) {
    if (!session.asked.has(of.id)) session.asked.set(of.id, session.calls[0]?.span ?? call.span);
    return unknownColumns;
  }
  const left = new Set(call.texts('except').map((name) => name.toLowerCase()));
  const known = new Set(names.map((name) => name.toLowerCase()));
  for (const name of call.texts('except')) {
    if (known.has(name.toLowerCase())) continue;
    const problem = { column: name, argument: 'except', of: [nameInId(of.id)], known: names };
    session.warnings.push(diagnose('chosen-column-unknown', problem, { span: call.span, node: session.node }));
  }
  return names.filter((name) => !left.has(name.toLowerCase()));
}

export const columnHelpers: readonly Builtin[] = [
  builtin('columns', [relation], columns, { named: [list('except')], form: '(columns (ref "model") except=(array "column"))' }),
  builtin('star', [relation], star, {
    named: [list('except'), text('prefix'), text('suffix'), text('alias')],
    form: '{{star (ref "model") except=(array "column")}}',
  }),
  builtin('union_relations', [{ name: 'relations', type: 'list' }], unionRelations, {
    named: [list('include'), list('exclude'), text('where'), { name: 'source_column', type: 'known', optional: true }],
    form: '{{union_relations (array (ref "a") (ref "b"))}}',
  }),
];
