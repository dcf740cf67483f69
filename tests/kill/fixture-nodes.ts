/** Compiled nodes with SQL of their own, for builds on a real database. */
import type { CompiledHook, CompiledModel, CompiledTest } from '../../src/compile/compiled.ts';
import { ids, model, test } from '../../src/graph/graph-fixture.ts';

export interface SqlModelOptions extends Partial<CompiledModel['config']> {
  readonly incremental?: string;
  /** Names of models that it reads. */
  readonly reads?: readonly string[];
  readonly schema?: string;
  readonly preHooks?: readonly CompiledHook[];
  readonly postHooks?: readonly CompiledHook[];
}

const textOf = (sql: string, path: string): CompiledModel['full'] => ({
  sql,
  map: { files: [path], segments: [0, 0, 0, sql.length, 0] },
  slots: [],
});

/** A model of this SQL; a table unless said otherwise. */
export function sqlModel(name: string, sql: string, options: SqlModelOptions = {}): CompiledModel {
  const { incremental, reads = [], schema, preHooks = [], postHooks = [], ...config } = options;
  const base = model({
    name,
    materialized: config.materialized ?? 'table',
    needs: reads.map(ids.model),
    ...(schema === undefined ? {} : { schema }),
  });
  return {
    ...base,
    config: { ...base.config, ...config },
    full: textOf(sql, base.path),
    ...(incremental === undefined ? {} : { incremental: textOf(incremental, base.path) }),
    preHooks,
    postHooks,
  };
}

export function hook(sql: string, transaction = true): CompiledHook {
  return { text: { sql, map: { files: [], segments: [] }, slots: [] }, transaction };
}

/** `not_null` or `unique` on a column of a model. */
export function columnCheck(kind: 'not_null' | 'unique', of: string, column: string): CompiledTest {
  const node = test({ name: `${kind}_${of}_${column}`, check: kind, needs: [ids.model(of)] });
  return node.test.kind === 'generic' ? { ...node, test: { ...node.test, column } } : node;
}

/** A test of its own SQL, each row of which is a failure. */
export function queryTest(name: string, sql: string, reads: readonly string[]): CompiledTest {
  const node = test({ name, needs: reads.map(ids.model) });
  return { ...node, test: { kind: 'singular', text: textOf(sql, node.path) } };
}
