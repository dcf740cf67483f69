import { describe, expect, it } from 'vitest';
import { findUnusedVariables, readVariables } from './unused-variables.ts';

const unused = (texts: readonly string[], helpers: readonly string[] = []): readonly string[] =>
  findUnusedVariables(['day'], { settings: '', properties: [], texts: [...texts, ...helpers], helpers }).names;

describe('variables that nothing reads', () => {
  it.each([
    ['select {{var "other"}}', 'another is read'],
    ['description: Set the var `day`, or a var of your own', 'prose speaks of one'],
    ["# {{var 'other'}}\ndescription: It isn't a var of the day, 'tis {{ doc \"a\" }}", 'prose stands beside tags'],
    ['{{!-- the var day }} is {{old}} --}}{{! a var of the day }}', 'a comment speaks of one'],
    ['select {{var "other" default="}}"}} as a, \'var x\' as b', 'text speaks of one'],
  ])('are found in %j, where %s', (text) => {
    expect(unused([text])).toEqual(['day']);
  });

  it.each([
    ['select {{var "day"}}', 'it is read'],
    ["select {{#if (var 'day')}}1{{/if}}", 'a block reads it'],
    ['select {{{var name}}}', 'nobody knows which is read'],
    ['{{"}}"}} {{var (concat "d" "ay")}}', 'nobody knows which is read'],
  ])('are none in %j, where %s', (text) => {
    expect(unused([text])).toEqual([]);
  });

  it('do not depend on variables of JavaScript, unless they are mentioned there', () => {
    expect(unused([], ['var a = 1;'])).toEqual(['day']);
    expect(unused([], ['var a = vars.day;'])).toEqual([]);
  });

  it('take a moment to find in long texts', () => {
    const start = performance.now();
    expect(readVariables([`{{${' \'a"'.repeat(100_000)}`, '{{'.repeat(200_000)]).known).toEqual([]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
