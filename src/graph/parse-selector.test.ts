import { describe, expect, test as it } from 'vitest';
import { parseSelector, parseSelectors, selectorSource } from './parse-selector.ts';
import type { SelectorExpression } from './selector-expression.ts';

function parsed(text: string): SelectorExpression {
  const { value, diagnostics } = parseSelector(text);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no value');
  return value;
}

/** The expression in a form short enough to compare: operators and values without places. */
function shape(expression: SelectorExpression): unknown {
  if (expression.kind === 'criterion') {
    const method = [expression.method, ...expression.args].join('.');
    return `${method}:${expression.value}`;
  }
  if (expression.kind === 'reach') {
    const { parents, children, childrensParents } = expression;
    return {
      of: shape(expression.of),
      ...(parents === undefined ? {} : { parents }),
      ...(children === undefined ? {} : { children }),
      ...(childrensParents ? { at: true } : {}),
    };
  }
  if (!('parts' in expression)) throw new Error(`the grammar gives no ${expression.kind}`);
  return { [expression.kind]: expression.parts.map(shape) };
}

describe('a selector is read as', () => {
  it.each<[string, unknown]>([
    ['orders', 'fqn:orders'],
    ['models/marts', 'path:models/marts'],
    ['orders.SQL', 'file:orders.SQL'],
    ['orders.csv', 'file:orders.csv'],
    ['config.meta.owner:a:b', 'config.meta.owner:a:b'],
    ['+orders', { of: 'fqn:orders', parents: 'all' }],
    ['12+tag:a+3', { of: 'tag:a', parents: 12, children: 3 }],
    ['@orders', { of: 'fqn:orders', at: true }],
    ['@2+orders', { of: 'fqn:orders', parents: 2, at: true }],
    ['1+2', { of: 'fqn:2', parents: 1 }],
    ['2020_orders', 'fqn:2020_orders'],
    ['a+b', 'fqn:a+b'],
    ['a+1', { of: 'fqn:a', children: 1 }],
    ['a-b:c', 'fqn:a-b:c'],
    ['a b,c d', { union: ['fqn:a', { intersection: ['fqn:b', 'fqn:c'] }, 'fqn:d'] }],
    ['(a)', 'fqn:a'],
    ['((a b))+1', { of: { union: ['fqn:a', 'fqn:b'] }, children: 1 }],
    ['@( a b )', { of: { union: ['fqn:a', 'fqn:b'] }, at: true }],
    ['1+(a,b)+,c', { intersection: [{ of: { intersection: ['fqn:a', 'fqn:b'] }, parents: 1, children: 'all' }, 'fqn:c'] }],
    ['tag:f(x)', 'tag:f(x)'],
    ['(tag:f(x) b)', { union: ['tag:f(x)', 'fqn:b'] }],
  ])('%s', (text, expected) => {
    expect(shape(parsed(text))).toEqual(expected);
  });

  it('an expression with places in the argument', () => {
    expect(parseSelector('x  2+tag:a+1', { path: '--exclude', offset: 10 }).value).toMatchObject({
      kind: 'union',
      span: { path: '--exclude', start: 10, end: 22 },
      parts: [{ span: { start: 10, end: 11 } }, { kind: 'reach', span: { start: 13, end: 22 }, of: { span: { start: 15, end: 20 } } }],
    });
  });
});

describe('a mistake in a selector is shown at its place', () => {
  it.each([
    ['', 'this selector is empty', 0, 0],
    ['   ', 'this selector is empty', 3, 3],
    ['a ()', 'this group is empty', 2, 4],
    ['a (b c', 'this parenthesis is never closed', 2, 3],
    ['a b)', 'this parenthesis closes nothing', 3, 4],
    ['a )', 'this parenthesis closes nothing', 2, 3],
    ['(a)b', 'this cannot stand behind a group', 3, 4],
    ['tag:(a b)', 'a group cannot stand behind a method', 4, 5],
    ['a, b', 'nothing stands beside this comma', 1, 2],
    ['a ,b', 'nothing stands beside this comma', 2, 3],
    ['(a, b)', 'nothing stands beside this comma', 2, 3],
    [',a', 'nothing stands beside this comma', 0, 1],
    ['a,', 'nothing stands beside this comma', 1, 2],
    ['(a,)', 'nothing stands beside this comma', 2, 3],
    ['a++', 'there is one `+` too many', 1, 2],
    ['++a', 'there is one `+` too many', 1, 2],
    ['(a)++', 'there is one `+` too many', 4, 5],
    ['tag:', 'a value is missing after `tag:`', 0, 4],
    ['x tag:+', 'a value is missing after `tag:`', 2, 7],
    ['+', 'a name is missing here', 1, 2],
    ['@orders+', '`@` in front and `+` at the end do not go together', 0, 8],
    ['x @(a b)+2', '`@` in front and `+` at the end do not go together', 2, 10],
  ])('%j: %s', (text, message, start, end) => {
    const { value, diagnostics } = parseSelector(text);
    expect(value).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: 'selector-syntax', message, span: { path: '--select', start, end } }]);
    expect(diagnostics[0]?.help).not.toBeUndefined();
  });

  it('with groups nested without end', () => {
    const { diagnostics } = parseSelector('('.repeat(50_000));
    expect(diagnostics).toMatchObject([{ code: 'selector-syntax', message: 'groups stand inside each other more than 100 deep' }]);
  });

  it('with a value that nothing could be called', () => {
    expect(parseSelector(`a ${'*x'.repeat(5_000)}`).diagnostics).toMatchObject([
      { code: 'selector-syntax', message: 'this value has more than 4096 characters', span: { start: 2, end: 10_002 } },
    ]);
  });

  it('for each argument and each method', () => {
    const args = ['tga:x column:a.b', 'a', '(b', 'resource_type:modle', 'config:x', 'tag.a:x', 'source:a.b.c.d', 'test_type:x'];
    const { value, diagnostics } = parseSelectors(args, '--select');
    const { text } = selectorSource('--select', args);
    expect(value.map(shape)).toEqual(['fqn:a']);
    expect(diagnostics.map((entry) => [entry.code, text.slice(entry.span?.start, entry.span?.end)])).toEqual([
      ['selector-unknown-method', 'tga'],
      ['selector-method-unavailable', 'column'],
      ['selector-syntax', '('],
      ['unknown-resource-type', 'resource_type:modle'],
      ['selector-value', 'config:x'],
      ['selector-value', 'tag.a:x'],
      ['selector-value', 'source:a.b.c.d'],
      ['selector-value', 'test_type:x'],
    ]);
    expect(diagnostics[0]?.help).toBe('did you mean `tag`?');
    expect(diagnostics[1]?.message).toBe('this version of `tx` cannot select by `column`');
    expect(diagnostics[3]?.help).toBe('did you mean `model`?');
  });
});
