import { describe, expect, it } from 'vitest';
import { engine } from '../adapters/duckdb/engine.ts';
import type { CatalogRelation, RelationKind } from '../adapter/relation.ts';
import { findCheck } from '../checks/vocabulary.ts';
import type { CompiledModel, CompiledTest, NodeId } from '../compile/compiled.ts';
import { syntheticText } from '../compile/compiled-text.ts';
import { graphOf, ids, model, seed, source, test as testNode } from '../graph/graph-fixture.ts';
import type { GraphNode } from '../graph/graph.ts';
import { emptyState } from '../state/state-reader.ts';
import type { StateSnapshot } from '../state/state-reader.ts';
import { buildPlan } from './build-plan.ts';
import type { BuildStep, Plan, Step } from './plan.ts';
import type { PlanInput, SeedSummary } from './plan-input.ts';

const inCatalog = (name: string, kind: RelationKind, columns: readonly string[] = ['id']): CatalogRelation => ({
  relation: { schema: 'main', name },
  kind,
  columns: columns.map((column) => ({ name: column, type: 'INTEGER' })),
});

const builtAs = (relationKind: RelationKind, ...names: readonly string[]): StateSnapshot => ({
  ...emptyState,
  version: 1,
  builds: names.map((name) => ({
    node: `model.shop.${name}`,
    relation: { schema: 'main', name },
    relationKind,
    contentHash: 'old',
    runId: 'r0',
    startedAt: '2026-01-01T00:00:00.000Z',
    ordinal: 1,
    rows: 3,
  })),
});
const built = (...names: readonly string[]): StateSnapshot => builtAs('table', ...names);

function planFor(nodes: readonly GraphNode[], more: Partial<PlanInput> = {}) {
  const graph = graphOf(nodes);
  return buildPlan({
    command: 'build',
    project: 'shop',
    target: { name: 'dev', engine: 'duckdb', schema: 'main' },
    stateSchema: '_tx',
    graph,
    selected: new Set(graph.order),
    dialect: engine.dialect,
    capabilities: engine.capabilities,
    catalog: [],
    state: emptyState,
    seeds: new Map(),
    onRunStart: [],
    onRunEnd: [],
    findCheck,
    run: { id: 'run-1', startedAt: '2026-01-02T03:04:05.000Z' },
    fullRefresh: false,
    adopt: false,
    ...more,
  });
}

const planOf = (nodes: readonly GraphNode[], more: Partial<PlanInput> = {}): Plan => {
  const outcome = planFor(nodes, more);
  expect(outcome.diagnostics).toEqual([]);
  return outcome.value.plan;
};

function buildStep(plan: Plan, id: NodeId): BuildStep {
  const step = plan.steps.find((entry) => entry.id === id);
  if (step?.kind !== 'build') throw new Error(`${id} is not built`);
  return step;
}

/** The actions of a step in one word each. */
const acts = (step: BuildStep): readonly string[] =>
  step.transaction.map((action) => (action.kind === 'operation' ? action.operation.kind : action.kind));
const stepIds = (steps: readonly Step[]): readonly string[] => steps.map((step) => `${step.kind} ${step.id}`);

const withConfig = (node: CompiledModel, config: Partial<CompiledModel['config']>): CompiledModel => ({
  ...node,
  config: { ...node.config, ...config },
});
const incremental = (config: Partial<CompiledModel['config']> = {}): CompiledModel => {
  const node = withConfig(model({ name: 'facts', materialized: 'incremental' }), config);
  return { ...node, incremental: { ...node.full, sql: 'select 2' } };
};
const notNull = (name: string, needs: readonly NodeId[]): CompiledTest => {
  const node = testNode({ name, check: 'not_null', needs });
  return node.test.kind === 'generic' ? { ...node, test: { ...node.test, column: 'id' } } : node;
};
const summary: SeedSummary = {
  contentHash: 'new',
  rows: 1,
  columns: [{ name: 'id', type: 'INTEGER' }],
  casts: ['cast("id" as INTEGER) as "id"'],
};

describe('buildPlan', () => {
  it('builds a table beside the old one and publishes it in the same transaction', () => {
    const plan = planOf([model({ name: 'orders', materialized: 'table' })]);
    const step = buildStep(plan, ids.model('orders'));
    expect(acts(step)).toEqual(['stage-query', 'publish-stage']);
    expect(step.reason).toBe('never-built');
    const [stage] = step.transaction;
    expect(stage).toMatchObject({
      operation: { stage: { schema: 'main', name: expect.stringMatching(/^_tx_[0-9a-f]{12}$/) }, temporary: false },
    });
    expect(plan.setup).toEqual([]);
  });

  it('creates the schemas that are not there, but not what every database has', () => {
    const plan = planOf([model({ name: 'orders' }), model({ name: 'prices', schema: 'mart' })]);
    expect(plan.setup).toEqual([{ kind: 'create-schema', schema: 'mart' }]);
  });

  it('replaces a view that should be a table, and says why', () => {
    const plan = planOf([model({ name: 'orders', materialized: 'table' })], {
      catalog: [inCatalog('orders', 'view')],
      state: builtAs('view', 'orders'),
    });
    const step = buildStep(plan, ids.model('orders'));
    expect(step.reason).toBe('kind-changed');
    expect(step.transaction.at(-1)).toMatchObject({ operation: { kind: 'publish-stage', existing: 'view' } });
    expect(plan.setup).toEqual([]);
  });

  it('refuses to touch what somebody has put in the place of what it built, and takes it over with adopt', () => {
    const nodes = [model({ name: 'orders', materialized: 'view' })];
    const standing = { catalog: [inCatalog('orders', 'view')], state: built('orders') };
    expect(planFor(nodes, standing).diagnostics).toMatchObject([
      { code: 'relation-not-owned', message: 'view `main.orders` was not built by `tx`: it stands in the place of the table that was' },
    ]);
    expect(buildStep(planOf(nodes, { ...standing, adopt: true }), ids.model('orders')).reason).toBe('selected');
  });

  it('refuses to touch a relation that it did not build, and takes it over with adopt', () => {
    const nodes = [model({ name: 'orders', materialized: 'table' })];
    const refused = planFor(nodes, { catalog: [inCatalog('orders', 'table')] });
    expect(refused.diagnostics).toMatchObject([
      { code: 'relation-not-owned', message: 'table `main.orders` exists already and was not built by `tx`', node: 'model.shop.orders' },
    ]);
    expect(refused.diagnostics[0]?.help).toContain('the state schema `_tx` is missing');
    expect(buildStep(planOf(nodes, { catalog: [inCatalog('orders', 'table')], adopt: true }), ids.model('orders')).reason).toBe('selected');
  });

  it.each([
    ['2026-01-02T03:05:05.000Z', 0],
    ['2026-01-02T03:05:05.001Z', 1],
    ['no time', 0],
  ])('warns of a clock that is behind the last build: %s', (startedAt, warnings) => {
    const state = builtAs('view', 'orders', 'items');
    const builds = state.builds.map((entry, at) => (at === 0 ? { ...entry, startedAt } : entry));
    const { diagnostics } = planFor([model({ name: 'orders' })], { catalog: [inCatalog('orders', 'view')], state: { ...state, builds } });
    const message = `the clock says 2026-01-02T03:04:05.000Z, and \`orders\` was built at ${startedAt}`;
    expect(diagnostics.map(({ code, severity, message: said }) => [code, severity, said])).toEqual(
      warnings === 0 ? [] : [['clock-behind', 'warning', message]],
    );
  });

  it('adds no rows to those of another node, unless it is told to keep them or to build anew', () => {
    const state = built('facts');
    const stands = {
      catalog: [inCatalog('facts', 'table')],
      state: { ...state, builds: state.builds.map((entry) => ({ ...entry, node: 'seed.shop.facts' })) },
    };
    const refused = planFor([incremental()], stands);
    expect(refused.diagnostics).toMatchObject([
      {
        code: 'rows-of-another',
        message: 'table `main.facts` holds the rows of seed `facts`, and `facts` would add its own to them',
        node: 'model.shop.facts',
      },
    ]);
    const reasonOf = (more: Partial<PlanInput>, node = incremental()): string =>
      buildStep(planOf([node], { ...stands, ...more }), node.id).reason;
    expect(reasonOf({ adopt: true })).toBe('incremental');
    expect(reasonOf({ fullRefresh: true })).toBe('full-refresh');
    expect(reasonOf({}, withConfig(model({ name: 'facts' }), { materialized: 'table' }))).toBe('selected');
    const [kept] = planFor([incremental({ fullRefresh: false })], { ...stands, fullRefresh: true }).diagnostics;
    expect(kept).toMatchObject({ code: 'rows-of-another', help: expect.not.stringContaining('--full-refresh') });
  });

  it('chooses the full text for a first load, and the incremental one for a table that stands', () => {
    const first = buildStep(planOf([incremental({ uniqueKey: ['id'] })]), ids.model('facts'));
    expect(acts(first)).toEqual(['stage-query', 'require-keys', 'publish-stage']);
    expect(first.transaction[0]).toMatchObject({ operation: { query: { sql: 'select 1' } } });

    const later = buildStep(
      planOf([incremental({ uniqueKey: ['id'] })], { catalog: [inCatalog('facts', 'table')], state: built('facts') }),
      ids.model('facts'),
    );
    expect(acts(later)).toEqual(['stage-query', 'require-keys', 'apply-increment', 'drop']);
    expect(later.transaction[0]).toMatchObject({ operation: { query: { sql: 'select 2' }, temporary: true, stage: { schema: 'temp' } } });
    expect(later).toMatchObject({ reason: 'incremental', strategy: 'delete_insert' });
  });

  it('rebuilds an incremental model on full refresh, unless its config forbids it', () => {
    const standing = { catalog: [inCatalog('facts', 'table')], state: built('facts'), fullRefresh: true };
    expect(buildStep(planOf([incremental()], standing), ids.model('facts')).reason).toBe('full-refresh');
    expect(buildStep(planOf([incremental({ fullRefresh: false })], standing), ids.model('facts')).reason).toBe('incremental');
    expect(buildStep(planOf([incremental({ fullRefresh: true })], { ...standing, fullRefresh: false }), ids.model('facts')).reason).toBe(
      'full-refresh',
    );
  });

  it('appends without a key', () => {
    const standing = { catalog: [inCatalog('facts', 'table')], state: built('facts') };
    const step = buildStep(planOf([incremental()], standing), ids.model('facts'));
    expect(step.strategy).toBe('append');
    expect(acts(step)).toEqual(['append-query']);
    const careful = buildStep(planOf([incremental({ onSchemaChange: 'append_new_columns' })], standing), ids.model('facts'));
    expect(acts(careful)).toEqual(['stage-query', 'apply-increment', 'drop']);
  });

  it('offers what the engine can do when it cannot do what was asked', () => {
    const capabilities = {
      ...engine.capabilities,
      incrementalStrategies: ['append' as const],
      materializations: ['view' as const, 'incremental' as const],
    };
    const outcome = planFor(
      [incremental({ incrementalStrategy: 'merge', uniqueKey: ['id'] }), model({ name: 'dim', materialized: 'table' })],
      { capabilities },
    );
    expect(outcome.diagnostics).toMatchObject([
      { code: 'materialization-not-supported', help: 'duckdb offers `view`, `incremental`' },
      { code: 'strategy-not-supported', help: 'duckdb offers `append`' },
    ]);
  });

  it('says that an interval is missing, and fills it when there is one', () => {
    const node = model({ name: 'daily', materialized: 'table' });
    const sql = 'select {{interval.start}} as a';
    const sliced: CompiledModel = {
      ...node,
      full: { sql, map: { files: [], segments: [] }, slots: [{ name: 'interval.start', at: 7, length: 18 }] },
    };
    expect(planFor([sliced]).diagnostics).toMatchObject([{ code: 'interval-missing', node: 'model.shop.daily' }]);
    const filled = planFor([sliced], { interval: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z' } });
    expect(filled.diagnostics).toEqual([]);
    expect(filled.value.texts.get(ids.model('daily'))?.sql).toMatch(/^select timestamp '2026-01-01[ T]00:00:00/i);
  });

  it('carries order through ephemeral and unselected models, which have no work of their own', () => {
    const nodes = [
      model({ name: 'a' }),
      model({ name: 'b', materialized: 'ephemeral', needs: [ids.model('a')] }),
      model({ name: 'c', needs: [ids.model('b')] }),
      model({ name: 'd', needs: [ids.model('c')] }),
    ];
    const plan = planOf(nodes, { selected: new Set([ids.model('a'), ids.model('d')]) });
    expect(stepIds(plan.steps)).toEqual(['build model.shop.a', 'gate model.shop.b', 'gate model.shop.c', 'build model.shop.d']);
    expect(plan.steps.map((step) => step.dependsOn)).toEqual([[], ['model.shop.a'], ['model.shop.b'], ['model.shop.c']]);
  });

  it('puts tests between publication and commit of the node they judge', () => {
    const plan = planOf([model({ name: 'orders', materialized: 'table' }), notNull('t', [ids.model('orders')])]);
    const step = buildStep(plan, ids.model('orders'));
    expect(acts(step)).toEqual(['stage-query', 'publish-stage', 'audit']);
    expect(plan.steps).toHaveLength(1);
  });

  describe('where a publication keeps readers waiting', () => {
    const capabilities = { ...engine.capabilities, publishBlocksReaders: true };
    const stageOf = (step: BuildStep, kind: 'stage-query' | 'stage-view'): string => {
      const [staged] = step.transaction.flatMap((action) =>
        action.kind === 'operation' && action.operation.kind === kind ? [action.operation] : [],
      );
      if (staged === undefined) throw new Error('nothing was staged');
      return engine.dialect.relation(staged.stage);
    };
    const audited = (step: BuildStep): readonly string[] =>
      step.transaction.flatMap((action) => (action.kind === 'audit' ? [action.relation] : []));
    const standing = (kind: RelationKind) => ({ capabilities, catalog: [inCatalog('orders', kind)], state: builtAs(kind, 'orders') });

    it('declared tests look at the stage, others at what is published', () => {
      const nodes = [
        model({ name: 'orders', materialized: 'table' }),
        notNull('t', [ids.model('orders')]),
        testNode({ name: 'own', needs: [ids.model('orders')] }),
      ];
      const step = buildStep(planOf(nodes, standing('table')), ids.model('orders'));
      expect(acts(step)).toEqual(['stage-query', 'audit', 'publish-stage', 'audit']);
      expect(audited(step)).toEqual([stageOf(step, 'stage-query'), '"main"."orders"']);
    });

    const own = testNode({ name: 'own', needs: [ids.model('orders')] });
    const reading: CompiledTest = { ...own, test: { kind: 'singular', text: syntheticText('select * from "main"."orders"') } };
    const queriesOf = (step: BuildStep): readonly (readonly string[])[] =>
      step.transaction.flatMap((action) => (action.kind === 'audit' ? [action.queries.map(({ query }) => query.sql)] : []));

    it.each(['table', 'view'] as const)('a test with SQL of its own reads a %s under its name before it is there', (materialized) => {
      const nodes = [model({ name: 'orders', materialized }), notNull('t', [ids.model('orders')]), reading];
      const step = buildStep(planOf(nodes, standing(materialized)), ids.model('orders'));
      const staged = materialized === 'table' ? ['stage-query', 'stage-view'] : ['stage-view'];
      expect(acts(step)).toEqual([...staged, 'audit', 'drop', materialized === 'table' ? 'publish-stage' : 'publish-view']);
      expect(queriesOf(step)).toEqual([['select * from "temp"."orders"']]);
    });

    it('a hook may have taken that name', () => {
      const hooked = {
        ...model({ name: 'orders', materialized: 'table' }),
        preHooks: [{ text: syntheticText('create temp table orders as select 1'), transaction: true }],
      };
      const step = buildStep(planOf([hooked, reading], standing('table')), ids.model('orders'));
      expect(acts(step)).toEqual(['run-sql', 'stage-query', 'publish-stage', 'audit']);
    });

    it('rows are set aside before such a test', () => {
      const check = notNull('t', [ids.model('orders')]);
      const aside: CompiledTest = { ...check, config: { ...check.config, onFail: 'quarantine' } };
      const nodes = [model({ name: 'orders', materialized: 'table' }), aside, reading];
      const step = buildStep(planOf(nodes, standing('table')), ids.model('orders'));
      expect(acts(step)).toEqual(['stage-query', 'quarantine', 'stage-view', 'audit', 'drop', 'publish-stage']);
    });

    it('a view is tested as a temporary one', () => {
      const nodes = [model({ name: 'orders' }), notNull('t', [ids.model('orders')])];
      const step = buildStep(planOf(nodes, standing('view')), ids.model('orders'));
      expect(acts(step)).toEqual(['stage-view', 'audit', 'drop', 'publish-view']);
      expect(audited(step)).toEqual([stageOf(step, 'stage-view')]);
    });

    it('a test that names its own relation waits for it', () => {
      const self = testNode({ name: 'self', check: 'relationships', needs: [ids.model('orders')] });
      const tree: CompiledTest =
        self.test.kind === 'generic'
          ? { ...self, test: { ...self.test, column: 'parent', args: { to: '"main"."orders"', field: 'id' } } }
          : self;
      const step = buildStep(planOf([model({ name: 'orders', materialized: 'table' }), tree], standing('table')), ids.model('orders'));
      expect(acts(step)).toEqual(['stage-query', 'publish-stage', 'audit']);
    });

    it('nobody waits for what was never there', () => {
      const nodes = [model({ name: 'orders', materialized: 'table' }), notNull('t', [ids.model('orders')])];
      expect(acts(buildStep(planOf(nodes, { capabilities }), ids.model('orders')))).toEqual(['stage-query', 'publish-stage', 'audit']);
    });
  });

  it('publishes first where no audit is wanted, and what reads the node waits for its tests', () => {
    const nodes = [
      model({ name: 'orders', materialized: 'table' }),
      model({ name: 'totals', needs: [ids.model('orders')] }),
      notNull('t', [ids.model('orders')]),
    ];
    const plan = planOf(nodes, { noAudit: true });
    expect(stepIds(plan.steps)).toEqual(['build model.shop.orders', 'test test:model.shop.orders', 'build model.shop.totals']);
    expect(acts(buildStep(plan, ids.model('orders')))).toEqual(['stage-query', 'publish-stage']);
    expect(plan.steps.map((step) => step.dependsOn)).toEqual([[], ['model.shop.orders'], ['test:model.shop.orders']]);
  });

  describe('looks only at the rows of an increment', () => {
    const orders = withConfig(model({ name: 'orders', materialized: 'incremental' }), { uniqueKey: ['id'] });
    const test = notNull('t', [ids.model('orders')]);
    const catalog = [inCatalog('orders', 'table')];
    const full = buildStep(planOf([orders, test], { catalog, state: built('orders') }), ids.model('orders'));
    const [check] = full.transaction.flatMap((action) => (action.kind === 'audit' ? action.checks : []));
    const fingerprint = check?.fingerprint ?? '';
    const passed = (ordinal: number, as = fingerprint): StateSnapshot => ({
      ...built('orders'),
      passes: { [test.id]: { ordinal, fingerprint: as } },
    });
    const stepFor = (node: CompiledModel, state: StateSnapshot, more: CompiledTest = test): BuildStep =>
      buildStep(planOf([node, more], { catalog, state }), ids.model('orders'));
    const deltaOf = (step: BuildStep): readonly string[] | undefined =>
      step.transaction.flatMap((action) => (action.kind === 'audit' ? [action] : []))[0]?.delta?.checks;

    it('while they are staged, where all others passed the last build', () => {
      expect(acts(full)).toEqual(['stage-query', 'require-keys', 'apply-increment', 'drop', 'audit']);
      const step = stepFor(orders, passed(1));
      expect(acts(step)).toEqual(['stage-query', 'require-keys', 'apply-increment', 'audit', 'drop']);
      expect(deltaOf(step)).toEqual([test.id]);
    });

    it('also where they would have been added directly', () => {
      const log = withConfig(orders, { uniqueKey: [], incrementalStrategy: 'append' });
      expect(acts(stepFor(log, built('orders')))).toEqual(['append-query', 'audit']);
      expect(acts(stepFor(log, passed(1)))).toEqual(['stage-query', 'apply-increment', 'audit', 'drop']);
    });

    it('not after a build that was not tested, by a test that has changed, or with a share as a threshold', () => {
      expect(deltaOf(stepFor(orders, passed(2)))).toBeUndefined();
      expect(deltaOf(stepFor(orders, passed(1, 'other')))).toBeUndefined();
      const share = { operator: '>', value: 1, percent: true, text: '> 1%' } as const;
      expect(deltaOf(stepFor(orders, passed(1), { ...test, config: { ...test.config, errorIf: share } }))).toBeUndefined();
    });

    it('not where a hook may have changed the others', () => {
      const hook = { text: { ...orders.full, sql: 'update orders set id = 1' }, transaction: true };
      expect(deltaOf(stepFor({ ...orders, preHooks: [hook] }, passed(1)))).toBeUndefined();
      expect(deltaOf(stepFor({ ...orders, postHooks: [{ ...hook, transaction: false }] }, passed(1)))).toBeUndefined();
    });

    it('not in a full refresh, whose pass the next build takes for granted', () => {
      const plan = planOf([orders, test], { catalog, state: passed(1), fullRefresh: true });
      const [audit] = buildStep(plan, ids.model('orders')).transaction.flatMap((action) => (action.kind === 'audit' ? [action] : []));
      expect(audit?.delta).toBeUndefined();
      expect(audit?.ordinal).toBe(2);
    });
  });

  it('runs a test across unrelated tables on its own, after both, and blocks what reads the tested one', () => {
    const relationship = testNode({ name: 'across', check: 'relationships', needs: [ids.model('orders'), ids.model('customers')] });
    const across: CompiledTest =
      relationship.test.kind === 'generic'
        ? { ...relationship, test: { ...relationship.test, column: 'customer_id', args: { to: '"main"."customers"', field: 'id' } } }
        : relationship;
    const plan = planOf([
      model({ name: 'orders' }),
      model({ name: 'customers' }),
      model({ name: 'report', needs: [ids.model('orders')] }),
      across,
    ]);
    const step = plan.steps.find((entry) => entry.kind === 'test');
    expect(step).toMatchObject({
      id: ids.test('across'),
      dependsOn: ['model.shop.orders', 'model.shop.customers'],
      blocks: ['model.shop.report'],
    });
    expect(buildStep(plan, ids.model('report')).dependsOn).toEqual(['model.shop.orders']);
  });

  it('runs a singular test inside the last of the nodes it reads, if that one stands below the others', () => {
    const nodes = [
      model({ name: 'a' }),
      model({ name: 'b', needs: [ids.model('a')] }),
      model({ name: 'x' }),
      testNode({ name: 'below', needs: [ids.model('a'), ids.model('b')] }),
      testNode({ name: 'beside', needs: [ids.model('a'), ids.model('x')] }),
    ];
    const plan = planOf(nodes);
    expect(acts(buildStep(plan, ids.model('b')))).toEqual(['publish-view', 'audit']);
    expect(plan.steps.filter((step) => step.kind === 'test').map((step) => step.id)).toEqual([ids.test('beside')]);
  });

  it('tests a source before the models that read it', () => {
    const nodes = [
      source('raw', 'orders'),
      model({ name: 'stg', needs: [ids.source('raw.orders')] }),
      notNull('fresh', [ids.source('raw.orders')]),
    ];
    const plan = planOf(nodes);
    expect(stepIds(plan.steps)).toEqual(['test test:source.shop.raw.orders', 'build model.shop.stg']);
    expect(plan.steps[1]?.dependsOn).toEqual(['test:source.shop.raw.orders']);
  });

  it('looks at a source that is a view once for all its checks', () => {
    const nodes = [source('raw', 'orders'), notNull('fresh', [ids.source('raw.orders')])];
    const kindIn = (catalog: readonly CatalogRelation[]): unknown =>
      planOf(nodes, { catalog }).steps.map((step) => (step.kind === 'test' ? step.audit.relationKind : undefined));
    const standing = (kind: RelationKind): CatalogRelation => ({ relation: { schema: 'RAW', name: 'Orders' }, kind, columns: [] });
    expect(kindIn([])).toEqual(['table']);
    expect(kindIn([standing('table')])).toEqual(['table']);
    expect(kindIn([standing('view')])).toEqual(['view']);
  });

  it('lets what reads an ephemeral model wait for the tests of that model', () => {
    const nodes = [
      model({ name: 'a' }),
      model({ name: 'e', materialized: 'ephemeral', needs: [ids.model('a')] }),
      model({ name: 'z', needs: [ids.model('e')] }),
      notNull('t', [ids.model('e')]),
      testNode({ name: 'own', needs: [ids.model('e'), ids.model('a')] }),
    ];
    const plan = planOf(nodes);
    expect(stepIds(plan.steps)).toEqual(['build model.shop.a', 'test test:model.shop.e', 'build model.shop.z']);
    expect(plan.steps[1]).toMatchObject({
      dependsOn: ['model.shop.a'],
      audit: { relationKind: 'view', checks: [{ name: 't' }], queries: [{ name: 'own' }] },
    });
    expect(plan.steps[2]?.dependsOn).toEqual(['test:model.shop.e']);
  });

  it('lets what is built wait for the selected tests of a table that is not', () => {
    const nodes = [model({ name: 'a' }), model({ name: 'z', needs: [ids.model('a')] }), notNull('t', [ids.model('a')])];
    const plan = planOf(nodes, { selected: new Set([ids.model('z'), ids.test('t')]) });
    expect(stepIds(plan.steps)).toEqual(['test test:model.shop.a', 'build model.shop.z']);
    expect(plan.steps[1]?.dependsOn).toEqual(['test:model.shop.a']);
  });

  it('sends all checks of one relation in one audit under `test`', () => {
    const nodes = [model({ name: 'a' }), notNull('t1', [ids.model('a')]), notNull('t2', [ids.model('a')])];
    const plan = planOf(nodes, { command: 'test', catalog: [inCatalog('a', 'view')] });
    expect(plan.steps).toMatchObject([{ kind: 'test', id: 'test:model.shop.a', audit: { checks: [{ name: 't1' }, { name: 't2' }] } }]);
  });

  it('knows which tests read what was never built, and keeps them apart', () => {
    const nodes = [
      model({ name: 'a' }),
      model({ name: 'b' }),
      model({ name: 'e', materialized: 'ephemeral', needs: [ids.model('b')] }),
      notNull('t1', [ids.model('a')]),
      notNull('t2', [ids.model('a'), ids.model('e')]),
    ];
    expect(planOf(nodes, { command: 'test', catalog: [inCatalog('a', 'view')] }).steps).toMatchObject([
      { id: 'test:model.shop.a', audit: { checks: [{ name: 't1' }] } },
      { id: 'test.shop.t2.0', audit: { checks: [{ name: 't2' }] }, unbuilt: ['b'] },
    ]);
    expect(planOf(nodes).steps.every((step) => !('unbuilt' in step))).toBe(true);
  });

  it('loads a seed as text, casts it, and swaps it in', () => {
    const plan = planOf([seed('raw')], { seeds: new Map([[ids.seed('raw'), summary]]) });
    const step = buildStep(plan, ids.seed('raw'));
    expect(acts(step)).toEqual(['stage-columns', 'load-seed', 'stage-query', 'drop', 'publish-stage']);
    expect(step.contentHash).toBe('new');
  });

  it('loads a seed as what it is, where the engine reads a load like a cast, and nothing has to look at the text', () => {
    const dialect = { ...engine.dialect, loadsAs: (type: string) => type === 'INTEGER' };
    const capabilities = { ...engine.capabilities, features: { ...engine.capabilities.features, unlogged: true } };
    const actsOf = (node: GraphNode, given: SeedSummary): readonly string[] =>
      acts(buildStep(planOf([node], { dialect, capabilities, seeds: new Map([[ids.seed('raw'), given]]) }), ids.seed('raw')));
    const raw = seed('raw');
    const asText = ['stage-columns', 'load-seed', 'stage-query', 'drop', 'publish-stage'];
    expect(actsOf(raw, summary)).toEqual(['stage-columns', 'load-seed', 'publish-stage']);
    expect(actsOf(raw, { ...summary, rows: 0 })).toEqual(asText);
    expect(actsOf(raw, { ...summary, columns: [...summary.columns, { name: 'at', type: 'MOOD' }] })).toEqual(asText);
    expect(actsOf({ ...raw, config: { ...raw.config, storage: { unlogged: true } } }, summary)).toEqual(asText);
    const span = { path: 'seeds/raw.yaml', start: 0, end: 0 };
    const keyed = { ...raw, constraints: [{ type: 'primary_key' as const, columns: ['id'], onColumn: true, span }] };
    expect(actsOf(keyed, summary)).toContain('stage-query');
  });

  it('casts a seed while its file is read, where the engine can read it', () => {
    const file = { path: '/shop/seeds/raw.csv', delimiter: ';' };
    const plan = planOf([seed('raw')], { seeds: new Map([[ids.seed('raw'), { ...summary, file }]]) });
    const { transaction } = buildStep(plan, ids.seed('raw'));
    expect(acts(buildStep(plan, ids.seed('raw')))).toEqual(['stage-query', 'verify-seed', 'publish-stage']);
    expect(transaction[0]).toMatchObject({ operation: { query: { sql: expect.stringContaining("read_csv('/shop/seeds/raw.csv'") } } });
  });

  it('on `run` loads only the seeds above the selection whose file changed or that were never loaded', () => {
    const nodes = [
      seed('changed'),
      seed('same'),
      seed('missing'),
      seed('other'),
      model({ name: 'm', needs: [ids.seed('changed'), ids.seed('same'), ids.seed('missing')] }),
    ];
    const seeds = new Map(
      ['changed', 'same', 'missing', 'other'].map((name) => [ids.seed(name), { ...summary, contentHash: name === 'same' ? 'old' : 'new' }]),
    );
    const plan = planOf(nodes, {
      command: 'run',
      seeds,
      selected: new Set([ids.model('m')]),
      catalog: [inCatalog('changed', 'table'), inCatalog('same', 'table'), inCatalog('other', 'table')],
      state: built('changed', 'same', 'other'),
    });
    expect(plan.steps.map((step) => [step.id, step.reason])).toEqual([
      ['seed.shop.changed', 'seed-changed'],
      ['seed.shop.missing', 'never-built'],
      ['model.shop.m', 'never-built'],
    ]);
  });

  it('tests a seed that comes along in a build before it is published', () => {
    const nodes = [seed('raw'), model({ name: 'm', needs: [ids.seed('raw')] }), notNull('raw_id', [ids.seed('raw')])];
    const plan = planOf(nodes, { selected: new Set([ids.model('m')]), seeds: new Map([[ids.seed('raw'), summary]]) });
    expect(acts(buildStep(plan, ids.seed('raw'))).at(-1)).toBe('audit');
  });

  it('does not take a relation of another project for its own', () => {
    const state: StateSnapshot = {
      ...built('orders'),
      builds: built('orders').builds.map((entry) => ({ ...entry, node: 'model.other.orders' })),
    };
    const catalog = [inCatalog('orders', 'table')];
    expect(planFor([model({ name: 'orders', materialized: 'table' })], { catalog, state }).diagnostics).toMatchObject([
      { code: 'relation-not-owned' },
    ]);
    expect(planOf([model({ name: 'now' })], { catalog, state }).noLongerBuilt).toEqual([]);
  });

  it('lists relations that it built once and that no node builds any more', () => {
    const plan = planOf([model({ name: 'now' })], { catalog: [inCatalog('before', 'table')], state: built('before', 'dropped') });
    expect(plan.noLongerBuilt).toEqual([{ node: 'model.shop.before', relation: { schema: 'main', name: 'before' } }]);
  });

  it('is frozen all the way down, and survives a round trip through JSON', () => {
    const plan = planOf([model({ name: 'a', materialized: 'table' }), notNull('t', [ids.model('a')])]);
    expect(Object.isFrozen(plan.steps[0])).toBe(true);
    expect(Object.isFrozen(buildStep(plan, ids.model('a')).transaction[0])).toBe(true);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
