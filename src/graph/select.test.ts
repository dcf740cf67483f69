import { describe, expect, test as it } from 'vitest';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import { buildFrom, exposure, graphOf, ids, model, seed, shop, shortNames, source, test, versions } from './graph-fixture.ts';
import type { GraphNode } from './graph.ts';
import type { SelectOptions } from './select.ts';
import { select } from './select.ts';

const graph = shop();

function chosen(select_: readonly string[], rest: Partial<SelectOptions> = {}): readonly string[] {
  const { value, diagnostics } = select(graph, { select: select_, exclude: [], ...rest });
  expect(diagnostics).toEqual([]);
  return shortNames(graph, value.nodes);
}

/** What is selected apart from tests: the cells of the worked example say nothing of them. */
function nodes(...select_: readonly string[]): readonly string[] {
  return chosen(select_).filter((name) => !/^T\d$/.test(name));
}

function tests(select_: readonly string[], indirect: IndirectSelection, exclude: readonly string[] = []): readonly string[] {
  return chosen(select_, { indirect, exclude }).filter((name) => /^T\d$/.test(name));
}

const everything = ['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'orders', 'T1', 'customers', 'T2', 'T3'];

describe('a spec', () => {
  it.each([
    ['orders', ['orders']],
    ['models/marts', ['orders', 'customers']],
    ['orders.sql', ['orders']],
    ['+orders', ['raw.orders', 'stg_orders', 'orders']],
    ['1+customers', ['stg_customers', 'orders', 'customers']],
    ['orders+', ['orders', 'customers']],
    ['stg_orders+1', ['stg_orders', 'orders']],
    ['1+orders+1', ['stg_orders', 'orders', 'customers']],
    ['+orders+', ['raw.orders', 'stg_orders', 'orders', 'customers']],
    ['2+orders+1', ['raw.orders', 'stg_orders', 'orders', 'customers']],
    ['0+orders+0', ['orders']],
    ['@+orders', ['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'orders', 'customers']],
  ])('%s selects %j', (spec, names) => {
    expect(nodes(spec)).toEqual(names);
  });

  it('with @ selects everything needed to build what it feeds', () => {
    expect(chosen(['@stg_orders'])).toEqual(everything);
    expect(chosen(['@customers'], { indirect: 'empty' })).toEqual(everything.filter((name) => name !== 'T1' && name !== 'T2'));
  });

  it('reaches tests by its graph operators in every mode', () => {
    expect(chosen(['orders+'], { indirect: 'empty' })).toEqual(['orders', 'customers', 'T2', 'T3']);
    expect(chosen(['stg_orders+1'], { indirect: 'cautious' })).toEqual(['stg_orders', 'orders', 'T1']);
  });

  it('that names a test selects it alone', () => {
    expect(chosen(['T2'])).toEqual(['T2']);
    expect(chosen(['1+T2'], { indirect: 'empty' })).toEqual(['stg_customers', 'orders', 'T2']);
  });

  it('that names a source selects it and the tests of it', () => {
    const withTest = graphOf([source('raw', 'orders'), test({ name: 'fresh', check: 'not_null', needs: [ids.source('raw.orders')] })]);
    const { value } = select(withTest, { select: ['source:raw.orders'], exclude: [] });
    expect(shortNames(withTest, value.nodes)).toEqual(['raw.orders', 'fresh']);
  });
});

describe('sets', () => {
  it.each([
    [['stg_orders orders'], ['stg_orders', 'orders']],
    [
      ['stg_orders', 'orders'],
      ['stg_orders', 'orders'],
    ],
    [['  stg_orders\n orders '], ['stg_orders', 'orders']],
    [['tag:nightly,tag:finance'], ['customers']],
    [['+orders,tag:nightly+'], ['orders']],
    [['stg_orders tag:nightly,tag:finance'], ['stg_orders', 'customers']],
    [[], ['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'orders', 'customers']],
  ])('%j select %j', (specs, names) => {
    expect(nodes(...specs)).toEqual(names);
  });

  it('are everything when nothing is given', () => {
    expect(chosen([])).toEqual(everything);
  });

  it('lose what is excluded, last', () => {
    expect(chosen(['tag:nightly'], { exclude: ['customers'] })).toEqual(['orders', 'T2']);
    expect(chosen([], { exclude: ['tag:nightly'] })).toEqual(['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'T1']);
    expect(chosen(['+customers'], { exclude: ['(stg_orders stg_customers)', 'source:*'] })).toEqual(['orders', 'customers', 'T3']);
  });

  it('intersect the tests that come along, too', () => {
    expect(chosen(['orders,customers'])).toEqual(['T3']);
    expect(chosen(['test_name:relationships,customers'])).toEqual(['T3']);
    expect(chosen(['(test_name:relationships,customers)+'])).toEqual(['T3']);
  });
});

describe('a method', () => {
  it.each([
    ['fqn:shop.marts.*', ['orders', 'customers']],
    ['fqn:orders', ['orders']],
    ['marts', ['orders', 'customers']],
    ['shop.staging', ['stg_customers', 'stg_orders']],
    ['marts.orders', ['orders']],
    ['*stg_*', ['stg_customers', 'stg_orders']],
    ['*.stg_*', ['stg_customers', 'stg_orders']],
    ['staging.stg_*', ['stg_customers', 'stg_orders']],
    ['*orders', ['stg_orders', 'orders']],
    ['staging.stg_[!c]*', ['stg_orders']],
    ['tag:night*', ['orders', 'customers']],
    ['tag:finance', ['customers']],
    ['file:stg_*.sql', ['stg_customers', 'stg_orders']],
    ['file:orders', ['orders']],
    ['path:models/staging', ['stg_customers', 'stg_orders']],
    ['path:./models/staging/', ['stg_customers', 'stg_orders']],
    ['models\\staging', ['stg_customers', 'stg_orders']],
    ['path:models/*/*orders.sql', ['stg_orders', 'orders']],
    ['path:**/customers.sql', ['customers']],
    ['path:models/sources.yaml', ['raw.customers', 'raw.orders']],
    ['path:m*', ['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'orders', 'customers']],
    ['package:this', ['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'orders', 'customers']],
    ['package:sh?p,marts', ['orders', 'customers']],
    ['source:raw.orders+', ['raw.orders', 'stg_orders', 'orders', 'customers']],
    ['source:raw', ['raw.customers', 'raw.orders']],
    ['source:*.c*', ['raw.customers']],
    ['source:shop.raw.orders', ['raw.orders']],
    ['config.materialized:incremental', ['orders']],
    ['config.materialized:view', ['stg_customers', 'stg_orders']],
    ['config.meta.pii:True', ['customers']],
    ['config.meta.owner.team:crm', ['customers']],
    ['config.tags:finance', ['customers']],
    ['resource_type:source', ['raw.customers', 'raw.orders']],
    ['resource_type:model,tag:nightly', ['orders', 'customers']],
  ])('%s selects %j', (spec, names) => {
    expect(nodes(spec)).toEqual(names);
  });

  it('of tests selects tests', () => {
    expect(chosen(['test_name:relationships'])).toEqual(['T2', 'T3']);
    expect(chosen(['test_name:uni*'])).toEqual(['T1']);
    expect(chosen(['test_type:generic'])).toEqual(['T1', 'T2', 'T3']);
    expect(chosen(['test_type:data'])).toEqual(['T1', 'T2', 'T3']);
    expect(chosen(['resource_type:test'])).toEqual(['T1', 'T2', 'T3']);
    expect(chosen(['config.severity:ERROR'])).toEqual(['T1', 'T2', 'T3']);
  });

  it('tells singular tests from generic ones', () => {
    const mixed = graphOf([
      model({ name: 'a' }),
      test({ name: 'generic_one', check: 'unique', needs: [ids.model('a')] }),
      test({ name: 'singular_one', needs: [ids.model('a')] }),
    ]);
    const names = (spec: string): readonly string[] => shortNames(mixed, select(mixed, { select: [spec], exclude: [] }).value.nodes);
    expect(names('test_type:singular')).toEqual(['singular_one']);
    expect(names('test_type:generic')).toEqual(['generic_one']);
    expect(names('path:tests/data')).toEqual(['singular_one']);
  });

  it('selects by the file that describes a node, not by its folder', () => {
    const described = graphOf([model({ name: 'a', folder: 'marts', properties: 'models/docs/a.yaml' })]);
    const names = (spec: string): readonly string[] =>
      shortNames(described, select(described, { select: [spec], exclude: [] }).value.nodes);
    expect(names('path:models/docs/a.yaml')).toEqual(['a']);
    expect(names('path:models/docs/*.yaml')).toEqual(['a']);
    expect(names('path:models/docs')).toEqual([]);
  });

  it('takes config values as they were written, whoever wrote them', () => {
    const configured = graphOf([
      model({ name: 'a', config: { version: { yamlNumber: 1.1, text: '1.10' }, tier: 2, owners: ['ann', 'bob'], flag: false } }),
      model({ name: 'b', config: { tier: 3 } }),
    ]);
    const names = (spec: string): readonly string[] =>
      shortNames(configured, select(configured, { select: [spec], exclude: [] }).value.nodes);
    expect(names('config.version:1.10')).toEqual(['a']);
    expect(names('config.version:1.1')).toEqual([]);
    expect(names('config.tier:3')).toEqual(['b']);
    expect(names('config.owners:bob')).toEqual(['a']);
    expect(names('config.flag:FALSE')).toEqual(['a']);
    expect(names('config.owners:b*')).toEqual([]);
  });
});

describe('parentheses', () => {
  it.each([
    ['(stg_orders stg_customers)+1', ['stg_customers', 'stg_orders', 'orders', 'customers']],
    ['(tag:nightly,tag:finance)+', ['customers']],
    ['tag:nightly,(orders stg_orders)', ['orders']],
    ['1+(orders customers)', ['stg_customers', 'stg_orders', 'orders', 'customers']],
    ['@(tag:finance)', ['raw.customers', 'raw.orders', 'stg_customers', 'stg_orders', 'orders', 'customers']],
    ['(orders)', ['orders']],
    ['((orders) (stg_orders,*stg_*))', ['stg_orders', 'orders']],
  ])('%s selects %j', (spec, names) => {
    expect(nodes(spec)).toEqual(names);
  });

  it('do not walk from tests that only come along', () => {
    expect(nodes('1+(orders)')).toEqual(['stg_orders', 'orders']);
  });
});

describe('indirect selection', () => {
  it.each([
    ['eager', 'orders', ['T2', 'T3']],
    ['eager', 'customers', ['T3']],
    ['cautious', 'orders', []],
    ['cautious', 'customers', []],
    ['buildable', 'orders', []],
    ['buildable', 'customers', ['T3']],
    ['empty', 'orders', []],
    ['empty', 'customers', []],
  ] as const)('%s brings with %s the tests %j', (mode, spec, names) => {
    expect(tests([spec], mode)).toEqual(names);
  });

  it('cautious and buildable wait for parents that another part brings', () => {
    expect(tests(['orders', 'customers'], 'cautious')).toEqual(['T3']);
    expect(tests(['orders stg_customers'], 'buildable')).toEqual(['T2']);
    expect(tests(['orders stg_customers', 'stg_orders'], 'cautious')).toEqual(['T1', 'T2']);
  });

  it('buildable counts sources as there', () => {
    const graphWithSource = graphOf([
      source('raw', 'a'),
      model({ name: 'm' }),
      test({ name: 'both', check: 'relationships', needs: [ids.model('m'), ids.source('raw.a')] }),
    ]);
    const names = (indirect: IndirectSelection): readonly string[] =>
      shortNames(graphWithSource, select(graphWithSource, { select: ['m'], exclude: [], indirect }).value.nodes);
    expect(names('buildable')).toEqual(['m', 'both']);
    expect(names('cautious')).toEqual(['m']);
  });

  it('decides in the same way which tests an exclusion takes along', () => {
    expect(tests([], 'eager', ['customers'])).toEqual(['T1', 'T2']);
    expect(tests([], 'cautious', ['stg_orders'])).toEqual(['T2', 'T3']);
    expect(tests([], 'cautious', ['customers'])).toEqual(['T1', 'T2', 'T3']);
    expect(tests([], 'empty', ['stg_orders'])).toEqual(['T1', 'T2', 'T3']);
  });
});

describe('resource types', () => {
  it('filter what was selected', () => {
    expect(chosen(['+customers'], { resourceTypes: ['model'] })).toEqual(['stg_customers', 'stg_orders', 'orders', 'customers']);
    expect(chosen(['orders'], { resourceTypes: ['test'] })).toEqual(['T2', 'T3']);
    expect(chosen([], { excludeResourceTypes: ['model', 'test'] })).toEqual(['raw.customers', 'raw.orders']);
    expect(chosen([], { resourceTypes: ['all'] })).toEqual(everything);
    expect(chosen([], { resourceTypes: ['snapshot'] })).toEqual([]);
  });

  it('that do not exist are errors with near names', () => {
    const { diagnostics } = select(graph, { select: [], exclude: [], resourceTypes: ['modle'] });
    expect(diagnostics).toMatchObject([{ code: 'unknown-resource-type', help: 'did you mean `model`?' }]);
  });
});

describe('exposures, groups, access and versions', () => {
  const inGroup = model({ name: 'margins', folder: 'marts', needs: [ids.model('orders.v2')] });
  const wide = graphOf([
    ...shop().nodes.values(),
    exposure('weekly', [ids.model('customers')]),
    ...versions('returns', { folder: 'marts', needs: [ids.model('stg_orders')] }),
    exposure('returns', [ids.model('returns.v1')]),
    { ...model({ name: 'margins' }), config: { ...inGroup.config, group: 'finance', access: 'private' } },
  ]);
  const wideNames = (...specs: readonly string[]): readonly string[] => {
    const { value, diagnostics } = select(wide, { select: specs, exclude: [], indirect: 'empty' });
    expect(diagnostics).toEqual([]);
    return [...value.nodes].map((id) => id.replace(/^(?:model|source)\.shop\./, '').replace('exposure.shop.', 'exposure '));
  };

  it.each([
    ['exposure:weekly', ['exposure weekly']],
    ['exposure:shop.w*', ['exposure weekly']],
    ['exposure:returns', ['exposure returns']],
    ['1+exposure:weekly', ['customers', 'exposure weekly']],
    ['orders+,resource_type:exposure', ['exposure weekly']],
    ['resource_type:exposure', ['exposure returns', 'exposure weekly']],
    ['models/exposures.yaml', ['exposure returns', 'exposure weekly']],
    ['group:finance', ['margins']],
    ['group:fin*', ['margins']],
    ['access:private', ['margins']],
    ['access:protected,version:old', ['returns.v1']],
    ['version:latest', ['returns.v2']],
    ['version:prerelease', ['returns.v3']],
    ['version:none,path:models/staging', ['stg_customers', 'stg_orders']],
    ['returns', ['returns.v1', 'returns.v2', 'returns.v3']],
    ['returns.v2', ['returns.v2']],
    ['returns_v3', ['returns.v3']],
    ['shop.marts.returns.v1', ['returns.v1']],
    ['marts.returns', ['returns.v1', 'returns.v2', 'returns.v3']],
    ['returns_v1.sql', ['returns.v1']],
  ])('%s', (spec, expected) => {
    expect([...wideNames(spec)].sort()).toEqual(expected);
    // The same name among many is looked up in another way.
    const others = ['margins', 'T1', 'T2', 'T3', 'stg_orders', 'stg_customers', 'orders', 'customers'];
    expect([...wideNames(`(${spec}),(${[spec, ...others].join(' ')})`)].sort()).toEqual(expected);
  });

  it('are words of their own', () => {
    for (const [spec, help] of [
      ['version:lates', 'did you mean `latest`?'],
      ['access:privat', 'did you mean `private`?'],
    ] as const) {
      expect(select(wide, { select: [spec], exclude: [] }).diagnostics).toMatchObject([{ code: 'selector-value', help }]);
    }
  });

  it('are not found by bare names, as a model may have the same', () => {
    expect(select(wide, { select: ['weekly'], exclude: [] }).diagnostics).toMatchObject([
      { code: 'selector-no-match', help: 'it is selected with its method: `exposure:weekly`' },
    ]);
    expect(select(wide, { select: ['exposure:weekl'], exclude: [] }).diagnostics).toMatchObject([{ code: 'selection-empty' }]);
  });
});

describe('nothing found', () => {
  it('for a name is an error with near names, in exclude too', () => {
    const { value, diagnostics } = select(graph, { select: ['stg_orders', '+ordrs+'], exclude: ['custmers'] });
    expect(value.nodes.size).toBe(0);
    expect(diagnostics).toMatchObject([
      {
        code: 'selector-no-match',
        message: 'nothing in the project is called `ordrs`',
        help: 'did you mean `orders`?',
        span: { path: '--select', start: 12, end: 17 },
      },
      { code: 'selector-no-match', help: 'did you mean `customers`?', span: { path: '--exclude', start: 0, end: 8 } },
    ]);
  });

  it('for a name that only a source has says how to select the source', () => {
    const other = buildFrom([source('raw', 'events'), model({ name: 'stg', needs: [ids.source('raw.events')] })]).value;
    expect(select(other, { select: ['events'], exclude: [] }).diagnostics).toMatchObject([
      { code: 'selector-no-match', help: 'it is selected with its method: `source:raw.events`' },
    ]);
  });

  it('for a folder that is not named from the top says how it is named', () => {
    const deep = graphOf([
      model({ name: 'a', folder: 'marts/finance' }),
      model({ name: 'b', folder: 'marts/finance/deep' }),
      model({ name: 'c', folder: 'staging/finance' }),
      ...versions('returns', { folder: 'marts' }),
    ]);
    const help = (name: string): string | undefined => select(deep, { select: [name], exclude: [] }).diagnostics[0]?.help;
    expect(help('finance')).toBe('the name of a folder begins with those above it: `marts.finance`, `staging.finance`');
    expect(help('finance.deep')).toBe('the name of a folder begins with those above it: `marts.finance.deep`');
    expect(help('models')).toBe('a folder of the project is selected by its path: `path:models`');
    expect(help('models.marts')).toBe('a folder of the project is selected by its path: `path:models/marts`');
    // What is offered selects something; a name is never answered with itself.
    for (const spec of ['marts.finance', 'path:models/marts'])
      expect(select(deep, { select: [spec], exclude: [] }).diagnostics).toEqual([]);
    expect(help('v2')).not.toContain('`v2`');
    expect(help('fnance')).toMatch(/^did you mean `(?:marts|staging)\.finance`\?$/);
    expect(help('return')).toBe('did you mean `returns`?');
    expect(help('marts.fnance')).toMatch(/^did you mean `marts\.finance`/);
  });

  it('for what is near to a source or an exposure offers it with its method, a folder of that name too', () => {
    const other = graphOf([
      source('raw', 'events'),
      model({ name: 'a', folder: 'marts/raw', needs: [ids.source('raw.events')] }),
      exposure('weekly', [ids.model('a')]),
    ]);
    const help = (name: string): string | undefined => select(other, { select: [name], exclude: [] }).diagnostics[0]?.help;
    expect(help('event')).toBe('did you mean `source:raw.events`?');
    expect(help('weekl')).toBe('did you mean `exposure:weekly`?');
    expect(help('raw')).toBe('it is selected with its method: `source:raw`; the name of a folder begins with those above it: `marts.raw`');
  });

  it('for a name near only to a test offers the test', () => {
    const other = graphOf([model({ name: 'a' }), test({ name: 'unique_a_id', check: 'unique', needs: [ids.model('a')] })]);
    expect(select(other, { select: ['uniqe_a_id'], exclude: [] }).diagnostics[0]?.help).toBe('did you mean `unique_a_id`?');
  });

  it('for a node that is turned off says where', () => {
    const span = { path: 'project.yaml', start: 3, end: 9 };
    const { value } = buildFrom([model({ name: 'a' })], { disabled: [{ id: ids.model('off'), name: 'off', span }] });
    expect(select(value, { select: ['off'], exclude: [] }).diagnostics).toMatchObject([{ code: 'selector-disabled', notes: [{ span }] }]);
  });

  it.each(['tag:weekly', 'models/nowhere', 'fqn:ordrs', 'x*', 'tag:nightly,resource_type:seed', '(tag:a tag:b)+'])(
    'for %s is one warning',
    (spec) => {
      const { value, diagnostics } = select(graph, { select: [spec], exclude: [] });
      expect(value.nodes.size).toBe(0);
      expect(diagnostics).toMatchObject([
        { code: 'selection-empty', severity: 'warning', message: `\`${spec}\` selects nothing`, span: { start: 0, end: spec.length } },
      ]);
    },
  );

  it('for a pattern that forgets the folders says so', () => {
    expect(select(graph, { select: ['stg_*'], exclude: [] }).diagnostics).toMatchObject([
      { code: 'selection-empty', help: 'a pattern has to match the folders too: `*.stg_*` matches in every folder' },
    ]);
  });

  it('for a value offers what can be written instead of the whole part', () => {
    const tagged = graphOf([model({ name: 'a', tags: ['staging'] })]);
    expect(select(tagged, { select: ['+tag:stagin'], exclude: [] }).diagnostics).toMatchObject([
      { code: 'selection-empty', help: 'did you mean `tag:staging`?' },
    ]);
    const help = (spec: string): string | undefined => select(tagged, { select: [spec], exclude: [] }).diagnostics[0]?.help;
    expect(help('config.materialized:veiw')).toBe('did you mean `config.materialized:view`?');
    expect(help('fqn:shop.b')).toBe('did you mean `fqn:shop.a`?');
  });

  it('for a tag that is near none lists those that there are', () => {
    const help = (tags: readonly string[]): unknown =>
      select(graphOf([model({ name: 'a', tags })]), { select: ['tag:weekly'], exclude: [] }).diagnostics[0]?.help;
    expect(help(['staging', 'finance'])).toBe('the tags of this project are `finance`, `staging`');
    expect(help(Array.from({ length: 12 }, (_, at) => `t${at + 10}`))).toMatch(/`t10`, .*, `t19` and 2 more$/);
    expect(help([])).toBe('nothing in this project has a tag');
  });

  it('in one of several parts leaves the others selected', () => {
    const { value, diagnostics } = select(graph, { select: ['tag:weekly T1'], exclude: ['tag:monthly'] });
    expect(shortNames(graph, value.nodes)).toEqual(['T1']);
    expect(diagnostics.map((entry) => entry.message)).toEqual(['`tag:weekly` selects nothing', '`tag:monthly` selects nothing']);
  });
});

it('selecting among 10,000 models with six tests each takes time in proportion', () => {
  const many: GraphNode[] = [seed('start')];
  for (let at = 0; at < 10_000; at += 1) {
    const needs =
      at === 0
        ? [ids.seed('start')]
        : [ids.model(`m${at - 1}`), ids.model(`m${Math.floor(at / 2)}`)].filter((id) => id !== ids.model(`m${at}`));
    many.push(model({ name: `m${at}`, needs, tags: at % 2 === 0 ? ['even'] : [] }));
    for (let number = 0; number < 6; number += 1)
      many.push(test({ name: `t${at}_${number}`, check: 'not_null', needs: [ids.model(`m${at}`)] }));
  }
  const large = graphOf(many);
  const start = performance.now();
  for (const spec of ['m5000', '+m9999', 'start+', '@m9000', 'tag:even', 'm5000+,tag:even', '(tag:even)+1']) {
    for (const indirect of ['eager', 'buildable'] as const)
      expect(select(large, { select: [spec], exclude: ['m3'], indirect }).diagnostics).toEqual([]);
  }
  expect(performance.now() - start).toBeLessThan(20_000);
  expect(select(large, { select: ['m0+'], exclude: [] }).value.nodes.size).toBe(70_000);
});
