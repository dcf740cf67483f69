/** The built-in SQL library: calls of templates turned into calls of the engine's own forms. */
import { dateParts } from '../../adapter/library.ts';
import type { SqlLibrary } from '../../adapter/library.ts';
import type { Builtin, BuiltinCall, Parameter } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import type { Failed, Value } from '../values.ts';
import { failed, isNumber, numberOf, printValue } from '../values.ts';

const sql = (name: string): Parameter => ({ name, type: 'sql' });
const optional = (parameter: Parameter): Parameter => ({ ...parameter, optional: true });
const integer = (name: string): Parameter => ({ name, type: 'integer' });
const texts = (name: string): Parameter => ({ name, type: 'sql-list' });

function library(call: BuiltinCall): SqlLibrary {
  return call.session.environment.dialect.library;
}

/** A function of SQL texts alone. */
function plain(name: string, parameters: readonly string[], run: (forms: SqlLibrary, args: readonly string[]) => string): Builtin {
  return builtin(name, parameters.map(sql), (call) =>
    run(
      library(call),
      call.args.map((_, index) => call.text(index)),
    ),
  );
}

/** Checks a date part at argument `index`; undefined, with a report, when it is none. */
function datePart(call: BuiltinCall, index: number): string | undefined {
  const word = call.text(index).toLowerCase();
  const part = dateParts.find((candidate) => candidate === word || `${candidate}s` === word);
  if (part !== undefined) return part;
  const [near] = nearest(word, dateParts);
  call.fail(
    `knows no date part \`${call.text(index)}\`${near === undefined ? `: there are ${dateParts.join(', ')}` : `; did you mean \`${near}\`?`}`,
    index,
  );
  return undefined;
}

/** A function with a date part among its arguments. */
function dated(name: string, parameters: readonly Parameter[], at: number, run: (call: BuiltinCall, part: string) => string): Builtin {
  return builtin(name, parameters, (call): Value | Failed => {
    const part = datePart(call, at);
    // datePart has reported what is wrong.
    return part === undefined ? failed : run(call, part);
  });
}

const dateHelpers: readonly Builtin[] = [
  dated('date_spine', [sql('part'), sql('start'), sql('end')], 0, (call, part) =>
    library(call).date_spine(part, call.text(1), call.text(2)),
  ),
  dated('dateadd', [sql('part'), sql('amount'), sql('from')], 0, (call, part) => library(call).dateadd(part, call.text(1), call.text(2))),
  dated('datediff', [sql('first'), sql('second'), sql('part')], 2, (call, part) =>
    library(call).datediff(call.text(0), call.text(1), part),
  ),
  dated('date_trunc', [sql('part'), sql('from')], 0, (call, part) => library(call).date_trunc(part, call.text(1))),
  dated('last_day', [sql('date'), sql('part')], 1, (call, part) => library(call).last_day(call.text(0), part)),
];

function pivot(call: BuiltinCall): Value | Failed {
  const values: (string | number | boolean)[] = [];
  for (const item of call.list(1)) {
    if (isNumber(item)) values.push(typeof item === 'number' ? item : item.text);
    else if (typeof item === 'string' || typeof item === 'boolean') values.push(item);
    else return call.fail('makes columns of texts, numbers and booleans only', 1);
  }
  return library(call).pivot({
    column: call.text(0),
    values,
    agg: call.text('agg', 'sum'),
    then: call.text('then', '1'),
    else: call.text('else', '0'),
    prefix: call.text('prefix'),
    suffix: call.text('suffix'),
    quote: call.boolean('quote', true),
  });
}

function unpivot(call: BuiltinCall): Value {
  const forms = library(call);
  return forms.unpivot({
    relation: call.text(0),
    columns: call.texts('columns'),
    exclude: call.texts('exclude'),
    castTo: call.text('cast_to', forms.type_name('string')),
    fieldName: call.text('field_name', 'field_name'),
    valueName: call.text('value_name', 'value'),
  });
}

function listagg(call: BuiltinCall): Value | Failed {
  const limit = call.value('limit');
  if (isNumber(limit) && numberOf(limit) < 1) return call.fail('needs a limit of at least 1', 'limit');
  const order = call.has('order_by') ? call.text('order_by') : undefined;
  return library(call).listagg(call.text(0), call.text(1, "','"), order, isNumber(limit) ? numberOf(limit) : undefined);
}

function haversine(call: BuiltinCall): Value | Failed {
  const unit = call.text('unit', 'mi');
  if (unit !== 'mi' && unit !== 'km') return call.fail('measures in `mi` or `km`', 'unit');
  return library(call).haversine_distance(call.text(0), call.text(1), call.text(2), call.text(3), unit);
}

/** Whole numbers from 1, for counts and positions. */
function counted(call: BuiltinCall, key: number, least: number): number | undefined {
  const count = call.number(key);
  if (count >= least) return count;
  call.fail(`needs a number from ${least} on`, key);
  return undefined;
}

function withCount(
  name: string,
  parameters: readonly Parameter[],
  at: number,
  least: number,
  run: (call: BuiltinCall, count: number) => string,
): Builtin {
  return builtin(name, parameters, (call) => {
    const count = counted(call, at, least);
    return count === undefined ? failed : run(call, count);
  });
}

const shapeHelpers: readonly Builtin[] = [
  builtin(
    'surrogate_key',
    [texts('columns')],
    (call) => (call.list(0).length === 0 ? call.fail('needs at least one column', 0) : library(call).surrogate_key(call.texts(0))),
    {
      form: '{{surrogate_key (array "a" "b")}}',
    },
  ),
  builtin(
    'deduplicate',
    [sql('relation')],
    (call) => library(call).deduplicate({ relation: call.text(0), partitionBy: call.text('partition_by'), orderBy: call.text('order_by') }),
    { named: [sql('partition_by'), sql('order_by')], form: '{{deduplicate (ref "m") partition_by="a" order_by="b desc"}}' },
  ),
  builtin('pivot', [sql('column'), { name: 'values', type: 'list' }], pivot, {
    named: [
      ...['agg', 'then', 'else', 'prefix', 'suffix'].map((name) => optional(sql(name))),
      { name: 'quote', type: 'boolean', optional: true },
    ],
    form: '{{pivot "color" (array "red" "blue") agg="sum"}}',
  }),
  builtin('unpivot', [sql('relation')], unpivot, {
    named: [texts('columns'), optional(texts('exclude')), ...['cast_to', 'field_name', 'value_name'].map((name) => optional(sql(name)))],
    form: '{{unpivot (ref "m") columns=(array "a" "b") exclude=(array "id")}}',
  }),
  builtin('listagg', [sql('measure'), optional(sql('delimiter'))], listagg, {
    named: [optional(sql('order_by')), optional(integer('limit'))],
    form: '{{listagg "name" "\', \'" order_by="name"}}',
  }),
  builtin('nullcheck', [texts('columns')], (call) => library(call).nullcheck(call.texts(0))),
  builtin('concat_ws', [sql('separator'), { name: 'field', type: 'sql', rest: true }], (call) =>
    library(call).concat_ws(
      call.text(0),
      call.rest(1).map((value) => printValue(value)?.text ?? ''),
    ),
  ),
  builtin('haversine_distance', ['lat1', 'lon1', 'lat2', 'lon2'].map(sql), haversine, { named: [optional(sql('unit'))] }),
  withCount('mask_partial', [sql('column'), integer('visible')], 1, 0, (call, visible) =>
    library(call).mask_partial(call.text(0), visible),
  ),
  withCount('split_part', [sql('text'), sql('delimiter'), integer('part')], 2, 1, (call, part) =>
    library(call).split_part(call.text(0), call.text(1), part),
  ),
  withCount('generate_series', [integer('upper_bound')], 0, 0, (call, bound) => library(call).generate_series(bound)),
];

const plainHelpers: readonly Builtin[] = [
  plain('hash', ['column'], (forms, [column = '']) => forms.hash(column)),
  plain('safe_divide', ['numerator', 'denominator'], (forms, [a = '', b = '']) => forms.safe_divide(a, b)),
  plain('mask_hash', ['column'], (forms, [column = '']) => forms.mask_hash(column)),
  plain('mask_null', ['column'], (forms, [column = '']) => forms.mask_null(column)),
  plain('mask_email', ['column'], (forms, [column = '']) => forms.mask_email(column)),
  plain('cast', ['expression', 'type'], (forms, [value = '', type = '']) => forms.cast(value, type)),
  plain('safe_cast', ['expression', 'type'], (forms, [value = '', type = '']) => forms.safe_cast(value, type)),
  plain('any_value', ['expression'], (forms, [value = '']) => forms.any_value(value)),
  plain('bool_or', ['expression'], (forms, [value = '']) => forms.bool_or(value)),
  plain('position', ['part', 'text'], (forms, [part = '', text = '']) => forms.position(part, text)),
  plain('current_timestamp', [], (forms) => forms.current_timestamp()),
  plain('width_bucket', ['expression', 'min', 'max', 'buckets'], (forms, [value = '', min = '', max = '', buckets = '']) =>
    forms.width_bucket(value, min, max, buckets),
  ),
];

const typeHelpers: readonly Builtin[] = (['string', 'timestamp', 'float', 'numeric', 'bigint', 'int', 'boolean'] as const).map((type) =>
  plain(`type_${type}`, [], (forms) => forms.type_name(type)),
);

export const libraryHelpers: readonly Builtin[] = [...plainHelpers, ...dateHelpers, ...shapeHelpers, ...typeHelpers];
