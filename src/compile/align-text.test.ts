import { describe, expect, it } from 'vitest';

import { parseYaml } from '../project/yaml/parse-yaml.ts';
import { spanOf, valueOf } from '../project/yaml/yaml-node.ts';
import { alignText, endOfRun, placeAt } from './align-text.ts';

/** The value of `sql` in a YAML text, and where its characters are found in the text. */
function align(yaml: string): { readonly text: string; readonly find: (word: string) => string; readonly runs: readonly string[] } {
  const source = { path: 'models/m.yaml', text: yaml };
  const node = valueOf(parseYaml(source).value, 'sql');
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') throw new Error('no text');
  const text = node.value;
  const places = alignText(text, yaml, spanOf(source.path, node));
  if (places === undefined) return { text, find: () => 'nowhere', runs: [] };
  const runs: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = Math.min(text.length, endOfRun(places, at));
    runs.push(yaml.slice(placeAt(places, at), placeAt(places, end - 1) + 1));
    at = end;
  }
  const find = (word: string): string => {
    const at = text.indexOf(word);
    const start = placeAt(places, at);
    const line = yaml.slice(0, start).split('\n').length;
    return `${String(line)} ${yaml.slice(start, placeAt(places, at + word.length - 1) + 1)}`;
  };
  return { text, find, runs };
}

describe('characters of a value are found in the file', () => {
  it('in a block with its indentation', () => {
    const { text, find, runs } = align('sql: |\n    insert into log\n      select nope\n\n    from t\nnext: 1\n');
    expect(text).toBe('insert into log\n  select nope\n\nfrom t\n');
    expect([find('insert'), find('nope'), find('from t')]).toEqual(['2 insert', '3 nope', '5 from t']);
    expect(runs.map((run) => run.trim())).toEqual(['insert into log', 'select nope', 'from t']);
  });

  it('in a folded block, and in text that goes on in the next line', () => {
    const folded = align('sql: >-\n  insert into log\n  select nope\n\n  from t\n');
    expect(folded.text).toBe('insert into log select nope\nfrom t');
    expect([folded.find('select'), folded.find('nope'), folded.find('from')]).toEqual(['3 select', '3 nope', '5 from']);
    expect(align('sql: insert into log\n  select nope\n').find('nope')).toBe('2 nope');
  });

  it('in quotes, where some stand twice or behind a backslash', () => {
    expect(align("sql: 'insert into log values (''a'', ), nope)'\n").find('nope')).toBe('1 nope');
    expect(align('sql: "select \\"a\\" as nope"\n').find('nope')).toBe('1 nope');
    expect(align("sql: |\n  select '\\a''', nope\n  from t\n").find('nope')).toBe('2 nope');
  });

  it('or not at all, where a letter is spelled by its number', () => {
    expect(align('sql: "select \\x61 as nope"\n').find('nope')).toBe('nowhere');
  });

  it('with the ends of lines of Windows', () => {
    expect(align('sql: |\r\n  insert into log\r\n    select nope\r\n').find('nope')).toBe('3 nope');
  });
});
