/** Describes the rows and overrides of a unit test in the words of dbt's manifest. */
import type { CompiledFixture, CompiledUnitTest } from '../../compile/compiled.ts';
import { toPlain } from '../../graph/plain-value.ts';

/** One input, or what is expected. */
export function plainFixture(fixture: CompiledFixture): object {
  switch (fixture.kind) {
    case 'file':
      return { rows: null, format: fixture.format, fixture: fixture.name };
    case 'query':
      return { rows: fixture.sql, format: 'sql', fixture: null };
    case 'rows': {
      const rows = fixture.rows.map(({ cells }) =>
        Object.fromEntries(
          fixture.columns.flatMap(({ name }, at) => {
            const cell = cells[at] ?? null;
            return cell === null ? [] : [[name, cell.text]];
          }),
        ),
      );
      return { rows, format: 'dict', fixture: null };
    }
  }
}

/** What the test puts in the place of variables and macros. */
export function plainOverrides({ overrides }: CompiledUnitTest): object {
  const macros = Object.entries(overrides.macros).map(([name, { value }]) => [name, toPlain(value)] as const);
  const vars = Object.entries(overrides.vars).map(([name, value]) => [name, toPlain(value)] as const);
  return {
    macros: { ...Object.fromEntries(macros), ...(overrides.isIncremental ? { is_incremental: true } : {}) },
    vars: Object.fromEntries(vars),
    env_vars: {},
  };
}
