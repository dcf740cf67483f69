/** The words in which the families of kinds/ declare their checks. */
import type { CatalogRule } from './catalog-rule.ts';
import type {
  AggregateShape,
  ArgumentSpec,
  ArgumentType,
  CheckAlias,
  CheckArguments,
  CheckDefinition,
  CheckTarget,
  Parts,
} from './check-definition.ts';
import { columnOf, isGiven } from './read-argument.ts';

/** An argument that may be left out. */
export function may(name: string, type: ArgumentType, description: string, words?: readonly string[]): ArgumentSpec {
  return { name, type, required: false, description, ...(words === undefined ? {} : { words }) };
}

/** An argument that has to be given. */
export function must(name: string, type: ArgumentType, description: string, words?: readonly string[]): ArgumentSpec {
  return { ...may(name, type, description, words), required: true };
}

type AliasDetails = Omit<CheckAlias, 'package' | 'name'>;

function alias(prefix: string, name: string, details: Partial<AliasDetails>): CheckAlias {
  return { package: prefix, name, renamed: {}, ...details };
}

export const dbt = (name: string, details: Partial<AliasDetails> = {}): CheckAlias => alias('dbt', name, details);

export const utils = (name: string, details: Partial<AliasDetails> = {}): CheckAlias =>
  alias('dbt_utils', name, { asConfig: { group_by_columns: 'group_by' }, ...details });

/** All of them take a condition on rows, which is config here. */
export const expectations = (name: string, details: Partial<AliasDetails> = {}): CheckAlias =>
  alias('dbt_expectations', name, { asConfig: { row_condition: 'where', group_by: 'group_by' }, ...details });

type Base = Omit<CheckDefinition, 'aliases' | 'arguments' | 'counts' | 'groupable' | 'decidesNulls' | 'shape' | 'on'> &
  Partial<Pick<CheckDefinition, 'aliases' | 'arguments' | 'on'>>;

interface RowCheck extends Base {
  /** A predicate that is true for a violating row; strict in NULL. */
  readonly violation: (args: CheckArguments, target: CheckTarget) => string;
  readonly prunable?: boolean | ((args: CheckArguments) => boolean);
}

/** A check of rows of a relation. */
export function rowCheck({ violation, prunable = false, ...base }: RowCheck): CheckDefinition {
  return {
    aliases: [],
    arguments: [],
    on: 'relation',
    ...base,
    counts: 'rows',
    groupable: false,
    decidesNulls: true,
    shape: (args, target) => ({
      kind: 'rows',
      violation: violation(args, target),
      prunable: typeof prunable === 'boolean' ? prunable : prunable(args),
    }),
  };
}

type ColumnCheck = Omit<RowCheck, 'violation' | 'on'> & {
  readonly violation: (column: string, args: CheckArguments, target: CheckTarget) => string;
};

/** A check of the values of one column, row by row. */
export function columnCheck({ violation, ...base }: ColumnCheck): CheckDefinition {
  return rowCheck({ ...base, on: 'column', violation: (args, target) => violation(columnOf(target), args, target) });
}

type Aggregate = Pick<AggregateShape, 'metrics' | 'value' | 'violation'> & Partial<Pick<AggregateShape, 'ownSql' | 'showsRows' | 'beside'>>;

interface AggregateCheck extends Base {
  readonly aggregate: (args: CheckArguments, target: CheckTarget) => Aggregate;
  readonly groupable?: boolean;
}

/** A check of one value of the whole relation, or of each group. */
export function aggregateCheck({ aggregate, groupable = true, ...base }: AggregateCheck): CheckDefinition {
  return {
    aliases: [],
    arguments: [],
    on: 'column',
    ...base,
    counts: 'value',
    groupable,
    decidesNulls: true,
    shape: (args, target) => ({ kind: 'aggregate', ownSql: false, showsRows: false, ...aggregate(args, target) }),
  };
}

interface QueryCheck extends Base {
  /** Each `0` is the place of the checked rows. */
  readonly query: (args: CheckArguments, target: CheckTarget) => Parts;
  readonly counts?: CheckDefinition['counts'];
}

/** A check with a query of its own, whose rows are the violations. */
export function queryCheck({ query, counts = 'rows', ...base }: QueryCheck): CheckDefinition {
  return {
    aliases: [],
    arguments: [],
    on: 'relation',
    ...base,
    counts,
    groupable: false,
    decidesNulls: false,
    shape: (args, target) => ({ kind: 'query', query: query(args, target) }),
  };
}

interface CatalogCheck extends Base {
  readonly rule: (args: CheckArguments, target: CheckTarget) => CatalogRule;
}

/** A check of the columns of a relation. */
export function catalogCheck({ rule, ...base }: CatalogCheck): CheckDefinition {
  return {
    aliases: [],
    arguments: [],
    on: 'relation',
    ...base,
    counts: 'columns',
    groupable: false,
    decidesNulls: false,
    shape: (args, target) => ({ kind: 'catalog', rule: rule(args, target) }),
  };
}

/** The problem of arguments of which at least one is needed. */
export function needsOneOf(...names: readonly string[]): (args: CheckArguments) => string | undefined {
  const list = names.map((name) => `\`${name}\``).join(' or ');
  return (args) => (names.some((name) => isGiven(args, name)) ? undefined : `needs ${list}`);
}
