/** Small mistakes that somebody could make in what decides about rows, each in one place of one file. */

export interface Mutant {
  /** What it gets wrong. */
  readonly mistake: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The tests that have to notice. */
  readonly tests: string;
}

const statements = 'src/checks/check-statements.test.ts';
const quarantine = 'tests/engines/quarantine.test.ts';

export const mutants: readonly Mutant[] = [
  {
    mistake: 'one check is not asked',
    file: 'src/checks/check-statements.ts',
    from: `.filter(({ check }) => check.shape.kind !== 'catalog');`,
    to: `.filter(({ check }) => check.shape.kind !== 'catalog').slice(1);`,
    tests: statements,
  },
  {
    mistake: 'one check is lost where a statement is split',
    file: 'src/checks/check-statements.ts',
    from: 'packWithin(checks.slice(middle), relation, limit)',
    to: 'packWithin(checks.slice(middle + 1), relation, limit)',
    tests: statements,
  },
  {
    mistake: 'one check is lost between the graph and the plan',
    file: 'src/plan/plan-tests.ts',
    from: '    .filter((test) => test.test.text === undefined)\n    .map(',
    to: '    .filter((test) => test.test.text === undefined)\n    .slice(1)\n    .map(',
    tests: 'src/plan/build-plan.test.ts',
  },
  {
    mistake: 'one failing row is not counted',
    file: 'src/checks/shape-sql.ts',
    from: `return { failures: 'count(*)', failingRows: 'count(*)', from };`,
    to: `return { failures: 'greatest(count(*) - 1, 0)', failingRows: 'greatest(count(*) - 1, 0)', from };`,
    tests: statements,
  },
  {
    mistake: 'a wrong value counts once, however many rows have it',
    file: 'src/checks/shape-sql.ts',
    from: 'case when _tx_bad then _tx_rows else 0 end',
    to: 'case when _tx_bad then 1 else 0 end',
    tests: statements,
  },
  {
    mistake: 'a key that stands twice is one too few',
    file: 'src/checks/shape-sql.ts',
    from: 'group by ${list} having count(*) > 1`;\n      return',
    to: 'group by ${list} having count(*) > 2`;\n      return',
    tests: statements,
  },
  {
    mistake: 'rows that `where` leaves out are counted',
    file: 'src/checks/shape-sql.ts',
    from: 'const all = rows.where === undefined ? conditions : [enclose(rows.where), ...conditions];',
    to: 'const all = conditions;',
    tests: statements,
  },
  {
    mistake: 'NULL passes where it is to fail',
    file: 'src/checks/shape-sql.ts',
    from: "return onNull === 'fail' ? `((${violation}) is not false)` : `(${violation})`;",
    to: 'return onNull === undefined ? violation : `(${violation})`;',
    tests: 'tests/engines/checks.test.ts',
  },
  {
    mistake: 'groups of a check are lost between config and plan',
    file: 'src/plan/plan-tests.ts',
    from: 'const groupBy = definition.groupable ?',
    to: 'const groupBy = !definition.groupable ?',
    tests: 'tests/cli/checks.test.ts',
  },
  {
    mistake: 'what a NULL means is lost between config and plan',
    file: 'src/plan/plan-tests.ts',
    from: '...(onNull === undefined || !definition.decidesNulls ?',
    to: '...(onNull === undefined || definition.decidesNulls ?',
    tests: 'tests/cli/checks.test.ts',
  },
  {
    mistake: 'an index that lets NULLs in proves keys in which they count',
    file: 'src/adapters/postgres/may-repeat.ts',
    from: "countsNulls ? ` and ${refusesNull}` : ''",
    to: "countsNulls ? '' : ''",
    tests: 'src/adapters/postgres/may-repeat.test.ts',
  },
  {
    mistake: 'an index over some rows proves keys of all',
    file: 'src/adapters/postgres/may-repeat.ts',
    from: ' and x.indpred is null',
    to: '',
    tests: 'src/adapters/postgres/may-repeat.test.ts',
  },
  {
    mistake: 'NULL counts as a key',
    file: 'src/checks/shape-sql.ts',
    from: "const counted = ignoredNulls === 'any' ? given :",
    to: "const counted = ignoredNulls === 'any' ? [] :",
    tests: statements,
  },
  {
    mistake: 'NULL is an orphan',
    file: 'src/checks/shape-sql.ts',
    from: "rows.onNull === 'pass' ? [`${column} is not null`] : []",
    to: 'rows.onNull === undefined ? [column] : []',
    tests: statements,
  },
  {
    mistake: 'a row that is to fail by NULL is published',
    file: 'src/checks/partition-sql.ts',
    from: 'return decided(...ruleWhere(rule), violating(shape.violation, { onNull }));',
    to: "return decided(...ruleWhere(rule), violating(shape.violation, { onNull: 'pass' }));",
    tests: quarantine,
  },
  {
    mistake: 'a row that is set aside is published too',
    file: 'src/execute/set-aside.ts',
    from: '`delete from ${stage} where ${dialect.rowId} in (select _tx_row from ${list})`',
    to: '`delete from ${stage} where 1 = 0`',
    tests: quarantine,
  },
  {
    mistake: 'a row that fails one of two rules stays',
    file: 'src/checks/partition-sql.ts',
    from: "rules.map((_rule, at) => flag(at)).join(' or ')",
    to: "rules.map((_rule, at) => flag(at)).join(' and ')",
    tests: quarantine,
  },
  {
    mistake: 'a key that stands in the table comes in again',
    file: 'src/execute/standing-keys.ts',
    from: 'if (among === undefined) return undefined;',
    to: 'if (among === undefined || dialect !== undefined) return undefined;',
    tests: quarantine,
  },
  {
    mistake: 'an increment looks only at its own rows, though the test has failed before',
    file: 'src/plan/delta-audit.ts',
    from: 'last?.fingerprint === fingerprint && last.ordinal === ordinal;',
    to: 'ordinal >= 0 && (last === undefined || last.ordinal >= 0);',
    tests: 'src/plan/build-plan.test.ts',
  },
  {
    mistake: 'the value that is judged is among those that judge it',
    file: 'src/checks/anomaly-rule.ts',
    from: '.filter(({ bucket }) => bucket < now);',
    to: '.filter(({ bucket }) => bucket <= now);',
    tests: 'src/checks/anomaly-rule.test.ts',
  },
];
