/** What a server means by codes that it has for several things, told from the function of its source that raised them. */
import type { EngineErrorKind } from '../../adapter/engine-error.ts';
import type { QueryMistake } from '../../diagnostics/query-mistake.ts';

interface Rule {
  readonly kind: EngineErrorKind;
  readonly mistake?: QueryMistake;
}

interface Raised {
  readonly code?: string | undefined;
  readonly routine?: string | undefined;
  readonly message: string;
}

/** Codes and functions, and words where one function has several things to say: a server of another language then tells less. */
const rules: readonly (readonly [string, RegExp, Rule, RegExp?])[] = [
  ['42803', /^(?:check_ungrouped_columns|substitute_grouped_columns)/, { kind: 'meaningless', mistake: 'not-grouped' }],
  ['42803', /^/, { kind: 'meaningless', mistake: 'nested-aggregates' }, /^aggregate function calls cannot be nested/],
  ['42803', /^/, { kind: 'meaningless', mistake: 'aggregate-in-condition' }, /^aggregate functions are not allowed in (?:WHERE|JOIN)/],
  ['42P20', /^/, { kind: 'meaningless', mistake: 'window-in-condition' }, /^window functions are not allowed in (?:WHERE|HAVING|JOIN)/],
  ['42601', /^transform(?:SetOperationTree|ValuesClause)$/, { kind: 'meaningless', mistake: 'widths-differ' }],
  ['42601', /^transformSubLink$/, { kind: 'meaningless', mistake: 'several-columns' }],
  // What no grammar could tell.
  ['42601', /^(?:transform|make_row|Expand)/, { kind: 'meaningless' }],
  ['42P10', /^findTargetlistEntry/, { kind: 'meaningless', mistake: 'place-of-no-column' }],
  ['42712', /^checkNameSpaceConflicts$/, { kind: 'meaningless', mistake: 'alias-twice' }],
  ['42809', /^ParseFuncOrColumn$/, { kind: 'meaningless', mistake: 'window-without-over' }, /requires an OVER clause/],
  ['42809', /^ParseFuncOrColumn$/, { kind: 'meaningless' }],
  ['42809', /^(?:unknown_attribute|make_scalar_array_op)$/, { kind: 'type-mismatch' }],
  ['0A000', /^check_srf_call_placement$/, { kind: 'meaningless' }],
  ['42704', /^transformWindow/, { kind: 'meaningless' }],
  ['42704', /^transformRangeTableSample$/, { kind: 'unknown-function' }],
  ['42704', /^typename|^LookupTypeName|^parseTypeString/, { kind: 'unknown-type' }],
  ['42804', /^coerce_to_boolean$/, { kind: 'type-mismatch', mistake: 'not-a-condition' }],
  ['42846', /^/, { kind: 'type-mismatch', mistake: 'no-cast' }],
  ['42804', /^select_common_type$/, { kind: 'type-mismatch', mistake: 'types-mixed' }],
];

export function findRule({ code, routine = '', message }: Raised): Rule | undefined {
  return rules.find(([its, raised, , words]) => its === code && raised.test(routine) && (words?.test(message) ?? true))?.[2];
}
