/** Compiled nodes with SQL of their own, for builds on a real database. */
import type {
  CompiledConstraint,
  CompiledHook,
  CompiledModel,
  CompiledSnapshot,
  CompiledTest,
  SlotName,
} from '../../src/compile/compiled.ts';
import { ids, model, test } from '../../src/graph/graph-fixture.ts';

export interface SqlModelOptions extends Partial<CompiledModel['config']> {
  readonly incremental?: string;
  /** Names of models that it reads. */
  readonly reads?: readonly string[];
  readonly schema?: string;
  readonly preHooks?: readonly CompiledHook[];
  readonly postHooks?: readonly CompiledHook[];
  readonly description?: string;
  /** Types by column, for a contract. */
  readonly types?: Readonly<Record<string, string>>;
  readonly constraints?: readonly Omit<CompiledConstraint, 'onColumn' | 'span'>[];
}

const textOf = (sql: string, path: string): CompiledModel['full'] => ({
  sql,
  map: { files: [path], segments: [0, 0, 0, sql.length, 0] },
  slots: [...sql.matchAll(/\{\{(interval\.start|interval\.end|run\.id)\}\}/g)].map(({ 0: found, 1: name, index }) => ({
    // The pattern knows no other names.
    name: name as SlotName,
    at: index,
    length: found.length,
  })),
});

/** A model of this SQL; a table unless said otherwise. */
export function sqlModel(name: string, sql: string, options: SqlModelOptions = {}): CompiledModel {
  const {
    incremental,
    reads = [],
    schema,
    preHooks = [],
    postHooks = [],
    description = '',
    types = {},
    constraints = [],
    ...config
  } = options;
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
    description,
    columns: Object.entries(types).map(([column, dataType]) => ({ name: column, description: '', dataType, meta: {}, tags: [] })),
    constraints: constraints.map((each) => ({ ...each, onColumn: false, span: { path: base.path, start: 0, end: 0 } })),
    preHooks,
    postHooks,
  };
}

/** A history of the rows of this SQL, by the column `changed`; `v` and `id` beside it. Rows that are gone get a version of their own. */
export function sqlSnapshot(name: string, sql: string, postHooks: readonly CompiledHook[] = []): CompiledSnapshot {
  const path = `snapshots/${name}.yaml`;
  const first =
    `select *, 'first' as dbt_scd_id, changed as dbt_updated_at, changed as dbt_valid_from, nullif(changed, changed) as dbt_valid_to, ` +
    `cast('False' as varchar) as dbt_is_deleted from (${sql}) as kept`;
  // The graph knows only that it is an id.
  const id = `snapshot.shop.${name}` as CompiledSnapshot['id'];
  return {
    resourceType: 'snapshot',
    id,
    name,
    path,
    fqn: ['shop', name],
    description: '',
    tags: [],
    dependsOn: [],
    macros: [],
    rawConfig: {},
    config: {
      enabled: true,
      tags: [],
      meta: {},
      strategy: 'timestamp',
      uniqueKey: ['id'],
      updatedAt: 'changed',
      hardDeletes: 'new_record',
      metaColumns: {
        scdId: 'dbt_scd_id',
        updatedAt: 'dbt_updated_at',
        validFrom: 'dbt_valid_from',
        validTo: 'dbt_valid_to',
        isDeleted: 'dbt_is_deleted',
      },
    },
    relation: { schema: 'main', name },
    span: { path, start: 0, end: 0 },
    full: textOf(first, path),
    current: textOf(sql, path),
    columns: [],
    preHooks: [],
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

/** A test that only warns, and whose failing rows are shown in a view. */
export function shownCheck(kind: 'not_null' | 'unique', of: string, column: string): CompiledTest {
  const node = columnCheck(kind, of, column);
  return { ...node, config: { ...node.config, severity: 'warn', storeFailures: true, failuresSchema: 'kept' } };
}

/** The same, with failing rows set aside. */
export function quarantineCheck(kind: 'not_null' | 'unique', of: string, column: string): CompiledTest {
  const node = columnCheck(kind, of, column);
  return { ...node, config: { ...node.config, onFail: 'quarantine' } };
}

/** A test of its own SQL, each row of which is a failure. */
export function queryTest(name: string, sql: string, reads: readonly string[]): CompiledTest {
  const node = test({ name, needs: reads.map(ids.model) });
  return { ...node, test: { kind: 'singular', text: textOf(sql, node.path) } };
}
