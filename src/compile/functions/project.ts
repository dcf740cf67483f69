/** Helpers that look into the project: `ref`, `source`, `var`, and what tests declare. */
import type { Dialect } from '../../adapter/dialect.ts';
import type { Span } from '../../diagnostics/span.ts';
import type { Builtin, BuiltinCall } from '../builtin.ts';
import { builtin } from '../builtin.ts';
import type { Failed, Value } from '../values.ts';
import { failed, isRelation } from '../values.ts';

function ref(call: BuiltinCall): Value | Failed {
  const { session } = call;
  const two = call.args.length === 2;
  const written = two ? `ref "${call.text(0)}" "${call.text(1)}"` : `ref "${call.text(0)}"`;
  if (session.resolver === undefined) return session.report('ref-not-allowed', { what: written, place: session.place }, call.span);
  return session.resolver.ref(session, {
    package: two ? call.text(0) : undefined,
    name: call.text(two ? 1 : 0),
    version: versionOf(call),
    span: call.span,
  });
}

/** `version=2`; `v` is dbt's short form. */
function versionOf(call: BuiltinCall): { readonly text: string; readonly span: Span } | undefined {
  const given = call.named.get('version') ?? call.named.get('v');
  if (given === undefined) return undefined;
  return { text: call.text(call.has('version') ? 'version' : 'v'), span: given.span };
}

function source(call: BuiltinCall): Value | Failed {
  const { session } = call;
  const request = { source: call.text(0), table: call.text(1), span: call.span };
  if (session.resolver === undefined) {
    return session.report('ref-not-allowed', { what: `source "${request.source}" "${request.table}"`, place: session.place }, call.span);
  }
  return session.resolver.source(session, request);
}

function variable(call: BuiltinCall): Value | Failed {
  const { environment } = call.session;
  const name = call.text(0);
  const value = environment.variable(name);
  if (value !== undefined) return value;
  if (call.has('default')) return call.value('default');
  // It may stand in the property file that cannot be read.
  if (environment.lost.sources) return failed;
  return call.session.report('unknown-variable', { name, known: environment.variableNames() }, call.args[0]?.span ?? call.span);
}

function acceptedValues(call: BuiltinCall): Value | Failed {
  const relation = call.value(0);
  if (!isRelation(relation)) return failed;
  const column = call.text(1);
  return (
    call.session.resolver?.acceptedValues(relation.id, column) ??
    call.fail(`finds no \`accepted_values\` test on a column \`${column}\` there`, 1)
  );
}

/** A select of the versions of a snapshot that held at an instant. The instant is SQL, or text of a date or time. */
function asOf(call: BuiltinCall): Value | Failed {
  const relation = call.value(0);
  if (!isRelation(relation)) return failed;
  if (relation.versions === undefined) return call.fail('takes a snapshot, as in `(ref "orders_history")`', 0);
  const { validFrom, validTo, isDeleted } = relation.versions;
  const { dialect } = call.session.environment;
  const instant = instantOf(call.text(1), dialect);
  const [from, to] = [dialect.quoteIdentifier(validFrom), dialect.quoteIdentifier(validTo)];
  const isThere = isDeleted === undefined ? '' : ` and coalesce(${dialect.quoteIdentifier(isDeleted)}, 'False') <> 'True'`;
  return `select * from ${relation.sql} where ${from} <= ${instant} and (${to} is null or ${to} > ${instant})${isThere}`;
}

/** A date, with a time behind it or without, and perhaps a zone. */
const moment = /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function instantOf(given: string, { typeName }: Dialect): string {
  const found = moment.exec(given.trim());
  if (found === null) return `(${given})`;
  return `cast('${given.trim()}' as ${typeName(found[1] === undefined ? 'timestamp' : 'timestamptz')})`;
}

const text = (name: string) => ({ name, type: 'text' }) as const;

export const projectHelpers: readonly Builtin[] = [
  builtin('ref', [text('model'), { ...text('name'), optional: true }], ref, {
    named: [
      { name: 'version', type: 'any', optional: true },
      { name: 'v', type: 'any', optional: true },
    ],
    form: '{{ref "model"}}',
  }),
  builtin('source', [text('source'), text('table')], source, { form: '{{source "source" "table"}}' }),
  builtin('var', [text('name')], variable, {
    named: [{ name: 'default', type: 'any', optional: true }],
    form: '{{var "name" default="value"}}',
  }),
  builtin(
    'as_of',
    [
      { name: 'snapshot', type: 'relation' },
      { name: 'instant', type: 'sql' },
    ],
    asOf,
    {
      form: '{{as_of (ref "snapshot") "2026-01-01"}}',
    },
  ),
  builtin('accepted_values', [{ name: 'relation', type: 'relation' }, text('column')], acceptedValues, {
    form: '(accepted_values (ref "model") "column")',
  }),
];
