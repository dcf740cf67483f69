import fc from 'fast-check';
import { describe, expect, test as it } from 'vitest';
import type { CompiledSelector } from '../compile/compiled.ts';
import { parseProperties } from '../parse/properties.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import { buildGraph } from './build-graph.ts';
import { projectOf, shop, shortNames } from './graph-fixture.ts';
import type { Graph } from './graph.ts';
import type { SelectOptions } from './select.ts';
import { select } from './select.ts';

/** The graph of the shop with these definitions, each a line of YAML. */
function shopWith(definitions: Readonly<Record<string, string>>, byDefault?: string): Graph {
  const lines = Object.entries(definitions).map(([name, definition]) => `  - {name: ${name}, definition: ${definition}}`);
  const text = `selectors:\n${lines.join('\n')}\n`;
  const { value, diagnostics } = parseProperties({ kind: 'properties', path: 'selectors.yaml', base: '', text });
  expect(diagnostics).toEqual([]);
  const selectors = value.selectors.map((selector): CompiledSelector => ({ ...selector, isDefault: selector.name === byDefault }));
  return buildGraph({ ...projectOf([...shop().nodes.values()]), selectors }).value;
}

function chosen(graph: Graph, options: Partial<SelectOptions>): readonly string[] {
  const { value, diagnostics } = select(graph, { select: [], exclude: [], ...options });
  expect(diagnostics).toEqual([]);
  return shortNames(graph, value.nodes);
}

function codes(graph: Graph, options: Partial<SelectOptions>): readonly string[] {
  return select(graph, { select: [], exclude: [], ...options }).diagnostics.map(({ code }) => code);
}

/** What one definition selects. */
function defined(definition: string, options: Partial<SelectOptions> = {}): readonly string[] {
  return chosen(shopWith({ one: definition }), { selector: 'one', ...options });
}

describe('a named selector', () => {
  it.each<[string, readonly string[]]>([
    ['orders', ['orders', 'T2', 'T3']],
    ["'+orders,tag:nightly'", ['orders', 'T2', 'T3']],
    ['{tag: finance}', ['customers', 'T3']],
    ['{method: fqn, value: customers, parents: true, parents_depth: 1}', ['stg_customers', 'orders', 'customers', 'T2', 'T3']],
    ['{method: fqn, value: stg_orders, children: true, children_depth: 1}', ['stg_orders', 'orders', 'T1', 'T2', 'T3']],
    ['{method: source, value: raw.orders, children: true}', ['raw.orders', 'stg_orders', 'orders', 'T1', 'customers', 'T2', 'T3']],
    ['{union: [stg_orders, {tag: finance}]}', ['stg_orders', 'T1', 'customers', 'T3']],
    ['{intersection: [{tag: nightly}, {tag: finance}]}', ['customers', 'T3']],
    ['{union: [{tag: nightly}, {exclude: [customers]}]}', ['orders', 'T2']],
    ['{method: tag, value: nightly, exclude: [customers]}', ['orders', 'T2']],
    ['{union: [{method: tag, value: nightly, exclude: [orders]}, orders]}', ['orders', 'customers', 'T2', 'T3']],
  ])('%s selects %j', (definition, expected) => {
    expect(defined(definition)).toEqual(expected);
  });

  it('selects with @ everything that what it feeds needs', () => {
    const all = chosen(shopWith({ one: 'orders' }), {});
    expect(defined('{method: fqn, value: stg_orders, childrens_parents: true}')).toEqual(all);
  });

  it('takes in others, whose union graph operators reach from', () => {
    const graph = shopWith({
      core: '{union: [stg_orders, stg_customers]}',
      more: '{method: selector, value: core, children: true, children_depth: 1}',
    });
    expect(chosen(graph, { selector: 'more', indirect: 'empty' })).toEqual([
      'stg_customers',
      'stg_orders',
      'orders',
      'T1',
      'customers',
      'T2',
    ]);
    expect(chosen(graph, { select: ['selector:core+1'], indirect: 'empty' })).toEqual(
      chosen(graph, { selector: 'more', indirect: 'empty' }),
    );
    expect(chosen(graph, { select: ['1+selector:co*'], indirect: 'empty' })).toEqual([
      'raw.customers',
      'raw.orders',
      'stg_customers',
      'stg_orders',
    ]);
    expect(chosen(graph, { select: ['selector:core,stg_orders'], indirect: 'empty' })).toEqual(['stg_orders']);
    expect(chosen(graph, { select: ['selector:core'], exclude: ['stg_orders'], indirect: 'empty' })).toEqual(['stg_customers']);
  });

  it('is taken by its exact name, whatever characters that has', () => {
    const graph = shopWith({ '"a*"': 'orders', abc: 'customers' });
    expect(chosen(graph, { selector: 'a*', indirect: 'empty' })).toEqual(['orders']);
  });

  it('that names something the project does not have is an error at that name', () => {
    const graph = shopWith({ one: '{union: [ordres, {method: fqn, value: nothing}]}' });
    const { diagnostics } = select(graph, { select: [], exclude: [], selector: 'one' });
    expect(diagnostics).toMatchObject([{ code: 'selector-no-match', span: { path: 'selectors.yaml', start: 48, end: 54 } }]);
  });

  it('that selects nothing is a warning', () => {
    const graph = shopWith({ one: '{tag: nothing}' });
    expect(select(graph, { select: [], exclude: [], selector: 'one' })).toMatchObject({
      value: { nodes: new Set() },
      diagnostics: [{ code: 'selection-empty', message: '`one` selects nothing' }],
    });
  });

  it('with a mistake is told of even when another one is asked for, and its text at the mistake', () => {
    const graph = shopWith({ bad: '{tga: x}', worse: "'(orders'", fine: 'orders' });
    expect(select(graph, { select: [], exclude: [], selector: 'fine' })).toMatchObject({
      value: { nodes: new Set() },
      diagnostics: [
        { code: 'selector-unknown-method', span: { path: 'selectors.yaml' } },
        { code: 'selector-syntax', span: { path: 'selectors.yaml' } },
      ],
    });
  });

  it('cannot be followed in a circle', () => {
    const graph = shopWith({
      a: 'selector:b',
      b: '{union: [orders, selector:c]}',
      c: '{method: tag, value: x, exclude: [selector:a]}',
      d: 'orders',
    });
    const { diagnostics } = select(graph, { select: [], exclude: [], selector: 'd' });
    expect(diagnostics.map(({ message }) => message)).toEqual(['selectors use each other in a circle: `a -> b -> c -> a`']);
  });
});

describe('the rule for tests', () => {
  it('may differ from entry to entry, and wins over the flag', () => {
    expect(defined('{method: fqn, value: orders, indirect_selection: empty}')).toEqual(['orders']);
    expect(defined('{method: fqn, value: customers, indirect_selection: buildable}')).toEqual(['customers', 'T3']);
    expect(defined('{method: fqn, value: customers, indirect_selection: cautious}', { indirect: 'eager' })).toEqual(['customers']);
    const mixed =
      '{union: [{method: fqn, value: stg_orders, indirect_selection: empty}, {method: fqn, value: orders, indirect_selection: eager}]}';
    expect(defined(mixed, { indirect: 'empty' })).toEqual(['stg_orders', 'orders', 'T2', 'T3']);
  });

  it('of the command holds for entries that do not say', () => {
    expect(defined('{union: [orders, stg_customers]}', { indirect: 'cautious' })).toEqual(['stg_customers', 'orders', 'T2']);
    expect(defined('{union: [orders, stg_customers]}', { indirect: 'empty' })).toEqual(['stg_customers', 'orders']);
  });

  it('lets a cautious test come when another entry brings its other parent', () => {
    const entry = (name: string): string => `{method: fqn, value: ${name}, indirect_selection: cautious}`;
    expect(defined(`{union: [${entry('orders')}, ${entry('stg_customers')}]}`)).toEqual(['stg_customers', 'orders', 'T2']);
    expect(defined(`{union: [${entry('orders')}, {method: fqn, value: stg_customers, indirect_selection: empty}]}`)).toEqual([
      'stg_customers',
      'orders',
      'T2',
    ]);
  });
});

describe('the default selector', () => {
  const graph = shopWith({ nightly: '{tag: nightly}' }, 'nightly');

  it('holds where nothing is selected, and says so', () => {
    const { value } = select(graph, { select: [], exclude: [], resourceTypes: ['model'] });
    expect(shortNames(graph, value.nodes)).toEqual(['orders', 'customers']);
    expect(value.byDefault).toBe('nightly');
  });

  it('gives way to every other selection', () => {
    for (const options of [{ select: ['stg_orders'] }, { exclude: ['stg_orders'] }, { selector: 'nightly' }]) {
      expect(select(graph, { select: [], exclude: [], ...options }).value.byDefault).toBeUndefined();
    }
    expect(chosen(graph, { exclude: ['tag:nightly'], resourceTypes: ['model'] })).toEqual(['stg_customers', 'stg_orders']);
  });
});

it('--selector stands alone', () => {
  const graph = shopWith({ one: 'orders' });
  expect(codes(graph, { selector: 'one', select: ['orders'] })).toEqual(['selector-and-select']);
  expect(codes(graph, { selector: 'one', exclude: ['orders'] })).toEqual(['selector-and-select']);
  expect(codes(graph, { selector: 'two' })).toEqual(['unknown-selector']);
});

it('for every pair of specs and mode, YAML and the command line select the same', () => {
  const specs = fc.constantFrom(
    'orders',
    '+orders',
    'tag:nightly',
    'stg_orders+1',
    '@stg_customers',
    'source:raw',
    'test_name:unique',
    '1+customers',
  );
  const modes = fc.constantFrom<IndirectSelection>('eager', 'cautious', 'buildable', 'empty');
  fc.assert(
    fc.property(specs, specs, modes, (a, b, indirect) => {
      const same = (definition: string, spec: string, exclude: readonly string[] = []): void => {
        const graph = shopWith({ one: definition });
        const { value } = select(graph, { select: [], exclude: [], selector: 'one', indirect });
        expect(shortNames(graph, value.nodes)).toEqual(shortNames(graph, select(graph, { select: [spec], exclude, indirect }).value.nodes));
      };
      same(`{union: ['${a}', '${b}']}`, `${a} ${b}`);
      same(`{intersection: ['${a}', '${b}']}`, `${a},${b}`);
      same(`{union: ['${a}', {exclude: ['${b}']}]}`, a, [b]);
    }),
  );
});
