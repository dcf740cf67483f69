import { describe, expect, it } from 'vitest';
import { isFickle } from './is-fickle.ts';

describe('the functions of a file are kept', () => {
  it.each([
    ['a function', 'export function twice(a) { return a * 2; }'],
    ['functions that call each other', 'const half = (a) => a / 2;\nexport function quarter(a) { return half(half(a)); }'],
    [
      'texts with expressions in them',
      'export const sum = (columns) => columns.map((c) => `sum(${c.replace(/"/g, "\'")}) as ${c}`).join(", ")',
    ],
    ['comments that speak of time', '// process the Date of an import\nexport function f(a) { /* Math.random() */ return a; }'],
    [
      'flat tables that are looked up',
      'const RATES = { usd: 1, eur: 1.1 };\nconst DAYS = ["mo", "tu"];\nexport function rate(c) { return RATES[c] ?? DAYS.includes(c); }',
    ],
    [
      'tables that are spread and walked over',
      'const DAYS = ["mo", "tu"]\nexport function days() { const all = []; for (const d of DAYS) all.push(d); return [...DAYS, ...all]; }',
    ],
    ['an export list', 'function f(a) { return a; }\nexport { f };'],
    ['patterns without memory', 'const WORD = /^\\w+$/;\nexport const isWord = (a) => WORD.test(a);'],
    [
      'local state',
      'export function count(xs) { let n = 0; const seen = new Map(); for (const x of xs) { n += 1; seen.set(x, n); } return n; }',
    ],
    ['conversions', 'export const f = (xs) => xs.map(Number).filter(Boolean).sort((a, b) => a - b);'],
    ['arguments with named values', 'export function price(a, { named, target, vars }) { return `${a} * ${named.rate ?? vars.rate}`; }'],
  ])('%s', (_, text) => {
    expect(isFickle(text)).toBe(false);
  });
});

describe('the functions of a file are called again each time', () => {
  it.each([
    ['an import', 'import { f } from "./f.js";\nexport { f };'],
    ['an import on demand', 'export const f = () => import("node:fs");'],
    ['a re-export', 'export { f } from "./f.js";'],
    ['the time', 'export function f() { return Date.now(); }'],
    ['the time, inside a text', 'export const f = () => `${new Date().toISOString()}`;'],
    ['chance', 'export const f = () => Math.random();'],
    ['chance by another name', 'export const f = () => Math["ran" + "dom"]();'],
    ['the environment', 'export const f = () => process.env.HOME;'],
    ['the environment, the long way', 'export const f = () => globalThis["pro" + "cess"].env.HOME;'],
    ['the environment, round the corner', 'export const f = () => (() => 1).constructor("return process.env.HOME")();'],
    ['the language of the machine', 'export const f = (a) => a.toLocaleString();'],
    ['output', 'export function f(a) { console.log(a); return a; }'],
    ['a counter', 'let n = 0;\nexport function f() { return n++; }'],
    ['a counter in an object', 'const state = { n: 0 };\nexport function f() { state.n += 1; return state.n; }'],
    ['a counter in a list', 'const seen = [];\nexport function f(a) { seen.push(a); return seen.length; }'],
    ['a counter in an element', 'const seen = [0];\nexport function f() { seen[0]++; return seen[0]; }'],
    ['a table under another name', 'const seen = [0];\nexport function f() { const s = seen; s[0] += 1; return s[0]; }'],
    ['a table that is passed on', 'const seen = [0];\nconst add = (s) => s.push(1);\nexport function f() { return add(seen); }'],
    ['a table in a choice', 'const seen = [0];\nexport function f(a) { const s = a ? seen : []; s[0] += 1; return s[0]; }'],
    ['a memory on something global, by its hand', 'export function f() { Object.assign(Math, { n: (Math.n ?? 0) + 1 }); return Math.n; }'],
    ['a table of tables', 'const state = { a: { n: 0 } };\nexport function f() { return state.a.n; }'],
    ['a memory made at once', 'export const f = (() => { let n = 0; return () => n++; })();'],
    ['a memory made by a call', 'const seen = new Map();\nexport function f(a) { return seen.has(a); }'],
    ['a memory on a function', 'export function f() { f.n = (f.n ?? 0) + 1; return f.n; }'],
    ['a memory on something global', 'export function f() { Math.n = (Math.n ?? 0) + 1; return Math.n; }'],
    ['a pattern with a memory', 'const WORD = /\\w/g;\nexport const f = (a) => WORD.test(a);'],
    ['work at the start', 'export function f() { return 1; }\nf();'],
    ['text that is no JavaScript', 'export function f( {'],
    ['a slash that could be anything', 'export function f(a) { if (a) /x/.test(a); return 1; }'],
  ])('%s', (_, text) => {
    expect(isFickle(text)).toBe(true);
  });
});
