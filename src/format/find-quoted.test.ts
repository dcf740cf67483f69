import { describe, expect, it } from 'vitest';
import { findQuoted } from './find-quoted.ts';

const isQuoted = (text: string, ...others: readonly string[]): boolean => findQuoted([text, ...others], []).has('label');

describe('names whose text may be part of a string', () => {
  it.each([
    ["select '{{label}}'"],
    ['select "{{label}}"'],
    ['select $$ {{label}} $$'],
    ["select '{{#if a}}{{label}}{{/if}}'"],
    ["select {{#if a}}'in {{label \"q\"}}'{{else}}'dev'{{/if}}"],
    ['select 1 -- {{label}}'],
    ['select a_{{label}}'],
    ['select {{label}}_b'],
    ['select {{label}}{{other}}'],
    ["select {{label}}'b'"],
    ['select {{wrap (label "q")}}'],
    ['select {{wrap label}}'],
    ['select {{wrap text=label}}'],
    ['{{#if (eq label "q")}}select 1{{/if}}'],
    [`{{config post_hook="insert into log values ('{{label}}')"}}select 1`],
    // Half a string each: where strings begin and end cannot be told.
    ["select {{#if a}}'{{/if}}{{label}}{{#if a}}'{{/if}}"],
    ["select {{#if a}}'{{else}}'dev' || '{{/if}}{{label}}'"],
    ['select {{#if x}} {{label}}'],
  ])('are found in %s', (text) => {
    expect(isQuoted(text)).toBe(true);
  });

  it.each([
    ['select {{label}}'],
    ['select f({{label "q"}}), b'],
    ["select 'a', {{label}}, 'b'"],
    ["select 'it''s', {{label}}"],
    ['select {{#if a}}{{label}}{{else}}b{{/if}}'],
    ['select * from {{ref "label"}}'],
    ['{{! label }}select 1'],
  ])('are not found in %s', (text) => {
    expect(isQuoted(text)).toBe(false);
  });

  it('are those that a quoted macro uses, however far away', () => {
    const macros = '{{#macro "outer"}}{{inner}}{{/macro}}{{#macro "inner"}}{{label}}{{/macro}}{{#macro "third"}}{{fourth}}{{/macro}}';
    const found = findQuoted([macros, "select '{{outer}}'"], []);
    expect([...found].toSorted()).toEqual(['inner', 'label', 'outer']);
  });

  it('are all names where a macro that prints half a string is used', () => {
    expect(isQuoted('select {{quote}} {{label}} {{quote}}', '{{#macro "quote"}}\'{{/macro}}')).toBe(true);
    expect(isQuoted('select {{name}} {{label}} {{name}}', '{{#macro "name"}}a{{/macro}}')).toBe(false);
  });

  it('are found in hooks of settings, between single quotes', () => {
    const yaml = (hook: string): string => `models:\n  - name: a\n    config:\n      post_hook: "${hook}"\n`;
    expect(findQuoted([], [yaml("insert into log values ('{{label}}')")]).has('label')).toBe(true);
    expect(findQuoted([], [yaml('select {{label}}')]).has('label')).toBe(false);
  });
});
