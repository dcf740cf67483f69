import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from './compare-sql.ts';
import { openTestConnection, rowsOf } from './open-test-session.ts';
import { quoteText } from './quoting.ts';

/** For each pair of JSON texts whether they are the same: by their form, or by what they mean. */
async function same(pairs: readonly (readonly [here: string, there: string])[]): Promise<readonly unknown[]> {
  const connection = await openTestConnection();
  const rows = pairs.map(([here, there], at) => `(${at}, cast(${quoteText(here)} as json), cast(${quoteText(there)} as json))`);
  const types = { type: 'JSON' };
  // Names that the engine's own function gives its columns.
  const [h, t] = compare.pair({ sql: 'value', ...types }, { sql: 'type', ...types });
  const meaning = (form: string): string => compare.meaning?.(form, ['JSON', 'JSON']) ?? form;
  const sql = `select ${h} is not distinct from ${t} or ${meaning(h)} = ${meaning(t)} from (values ${rows.join(', ')}) as pairs(id, value, type) order by id`;
  return (await rowsOf(connection, sql)).map(([found]) => found);
}

type Json =
  | null
  | boolean
  | { readonly number: string }
  | string
  | readonly Json[]
  | { readonly members: readonly (readonly [string, Json])[] };

/** One of several spellings of a value, by `turn`: blanks, the order of names, zeros, exponents, escapes. */
function spell(value: Json, turn: number): string {
  const blank = turn % 2 === 0 ? '' : ' ';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return turn % 3 === 0 ? JSON.stringify(value) : escaped(value);
  if ('number' in value) return respelled(value.number, turn);
  if ('members' in value) {
    const members = turn % 2 === 0 ? value.members : value.members.toReversed();
    return `{${blank}${members.map(([name, each]) => `${spell(name, turn)}${blank}:${spell(each, turn)}`).join(`,${blank}`)}${blank}}`;
  }
  return `[${blank}${value.map((each) => spell(each, turn)).join(`${blank},`)}]`;
}

const escaped = (text: string): string =>
  `"${Array.from({ length: text.length }, (_, at) => String.raw`\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;

/** A number `<digits>e<power>` with the point elsewhere. */
function respelled(number: string, turn: number): string {
  const [digits = '', power = ''] = number.split('e');
  if (digits === '0') return ['0', '0.0', '-0e5'][turn % 3] ?? '0';
  if (turn % 3 === 0) return `${digits}e${power}`;
  if (turn % 3 === 1) return `${digits}00.000E${String(Number(power) - 2)}`;
  const sign = digits.startsWith('-') ? '-' : '';
  return `${sign}0.00${digits.slice(sign.length)}e+${String(Number(power) + digits.length - sign.length + 2)}`.replace('+-', '-');
}

/** What a value means, in one form: numbers by whole numbers of any size. */
function meant(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if ('number' in value) {
    let [digits, power] = value.number.split('e').map(BigInt);
    if (digits === undefined || power === undefined || digits === 0n) return '0';
    for (; digits % 10n === 0n; power += 1n) digits /= 10n;
    return `${digits}e${power}`;
  }
  if ('members' in value) {
    const members = value.members.map(([name, each]) => `${JSON.stringify(name)}:${meant(each)}`);
    return `{${members.toSorted().join()}}`;
  }
  return `[${value.map(meant).join()}]`;
}

/** Almost the same: other last digits and other names, as often as there are any. */
function nudged(value: Json): Json {
  if (typeof value === 'string') return value === 'a' ? 'b' : value;
  if (value === null || typeof value === 'boolean') return value;
  if ('number' in value) return { number: value.number.replace('616e', '617e') };
  if ('members' in value) return { members: value.members.map(([name, each]) => [name === 'a' ? 'c' : name, nudged(each)]) };
  return value.map(nudged);
}

const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.constantFrom('1', '10', '12', '18446744073709551616', '18446744073709551617'),
    fc.constantFrom(0, 1, -1, 400),
  )
  .map(([sign, digits, power]) => ({ number: `${sign}${digits}e${power}` }));
const word = fc.constantFrom('a', 'b', 'é', 'a b', '', 's', 'n1', '0', '1e0', 'x"', '\\', '\\"', '],0', 'null', '{}', '-', 'q-1"2\\3');

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, { number: '0e0' }),
    number,
    word,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(word, tie('json')), { maxLength: 3, selector: ([name]) => name }).map((members) => ({ members })),
  ),
}));

describe('JSON of two tables', () => {
  it('is not the same where names, values or their places differ', async () => {
    const pairs = [
      ['{"a":null}', '{"b":null}'],
      ['[{"x":null,"k":1}]', '[{"y":null,"k":1}]'],
      ['{"a":{}}', '{"a":[]}'],
      ['{"a":1,"a":2}', '{"a":2,"a":1}'],
      ['{"a":1,"a":2}', '{"a":1}'],
      ['{"a":1,"a":2}', '{"a":2}'],
      ['{"a.b":1}', '{"a":{"b":1}}'],
      ['{"a[0]":{},"a":[]}', '{"a":[{}]}'],
      [String.raw`{"a\u0000b":1}`, String.raw`{"a\u0000c":1}`],
      [String.raw`["a\u0000b"]`, String.raw`["a\u0000c"]`],
      ['1e400', '1e401'],
      ['18446744073709551616', '18446744073709551617'],
      ['12345678901234567890123', '12345678901234567890124'],
      ['0.12345678901234567890', '0.12345678901234567891'],
      ['{"a":0.12345678901234567890,"a":1}', '{"a":0.12345678901234567891,"a":1}'],
      ['1e99999999999999999999', '1e99999999999999999998'],
      ['1', '-1'],
      ['1', '"1"'],
      ['"n1"', '1'],
      ['null', '"null"'],
      ['[1,["s"],-Infinity,"5"]', '[1,["s"],-Infinity,"6"]'],
    ] as const;
    expect(await same(pairs)).toEqual(pairs.map(() => false));
  });
  it('is the same where only its spelling differs', async () => {
    const pairs = [
      ['{"é":1,"b":2}', '{"b":2,"é":1}'],
      ['{"a b":[1,{"-":null}],"":{}}', '{"":{ },"a b":[1.0, {"-":null}]}'],
      ['[0,-0,0.0,0e5,1e2,1.50,-0.001]', '[0.0,0,-0,0,100,15e-1,-1E-3]'],
      ['18446744073709551616', '18446744073709551616.0'],
      ['{"a.b":1,"c":2}', '{ "a.b" : 1, "c" : 2 }'],
      ['{"a":1,"a":2}', '{"a": 1, "a": 2}'],
      [String.raw`"\u00e9\/"`, '"é/"'],
      ['null', ' null'],
    ] as const;
    expect(await same(pairs)).toEqual(pairs.map(() => true));
  });
  it('is the same just where whole numbers of any size and sorted names say so', { timeout: 60_000 }, async () => {
    const turns = fc.nat(5);
    const given = fc.sample(fc.tuple(json, json, turns, turns), { numRuns: 400, seed: 7 });
    const pairs = given.flatMap(([a, b, first, second]) => [
      { texts: [spell(a, first), spell(b, second)] as const, expected: meant(a) === meant(b) },
      { texts: [spell(a, first), spell(a, second)] as const, expected: true },
      { texts: [spell(a, first), spell(nudged(a), second)] as const, expected: meant(a) === meant(nudged(a)) },
      { texts: [spell([a, b], first), spell([b, a], second)] as const, expected: meant(a) === meant(b) },
    ]);
    const found = await same(pairs.map(({ texts }) => texts));
    expect(pairs.filter(({ expected }, at) => found[at] !== expected).slice(0, 5)).toEqual([]);
  });
});
