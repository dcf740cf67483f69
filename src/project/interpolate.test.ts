import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { interpolateValue } from './interpolate.ts';
import { secretsInUrl } from './secrets.ts';
import { parseYaml } from './yaml/parse-yaml.ts';
import { valueOf } from './yaml/yaml-node.ts';

const environment = { SET: 'v', EMPTY: '', PW: 'pw', HOST: 'h' };

function fill(
  text: string,
  key = 'path',
): { readonly value: unknown; readonly messages: readonly string[]; readonly secrets: readonly string[] } {
  const yaml = `${key}: ${JSON.stringify(text)}\n`;
  const node = valueOf(parseYaml({ path: 'p', text: yaml }).value, key);
  if (node === undefined) throw new Error('no value');
  const diagnostics: Diagnostic[] = [];
  const secrets = new Set<string>();
  const value = interpolateValue(node, `targets.dev.${key}`, { path: 'p', text: yaml, environment, diagnostics, secrets });
  return { value, messages: diagnostics.map((entry) => entry.message), secrets: [...secrets] };
}

describe('interpolation', () => {
  it.each([
    ['a${SET}b${SET}', 'avbv'],
    ['${EMPTY}', ''],
    ['${EMPTY:-d}', 'd'],
    ['${NONE:-}', ''],
    ['${NONE:-a b:c}', 'a b:c'],
    ['${SET:-d}${SET:?m}', 'vv'],
    ['$${SET}', '${SET}'],
    ['$SET {SET}', '$SET {SET}'],
  ])('makes %j into %j', (text, expected) => {
    expect(fill(text)).toMatchObject({ value: expected, messages: [] });
  });

  it('says which variable is missing, and the message that was written for it', () => {
    expect(fill('${NONE}').messages).toEqual(['environment variable `NONE` is not set, and `targets.dev.path` needs it']);
    expect(fill('${EMPTY:?ask me}').messages).toEqual(['environment variable `EMPTY` is not set, and `targets.dev.path` needs it: ask me']);
  });

  it('refuses what is no reference', () => {
    expect(fill('${a-b}').messages).toEqual(['`${a-b}` is not a reference to an environment variable']);
    expect(fill('${OPEN').messages).toEqual(['`${` is not a reference to an environment variable']);
  });

  it('does not read what a variable contains as another reference', () => {
    expect(fill('${NONE:-$}{SET}').value).toBe('${SET}');
  });

  it('takes as secret what came into a password, token, key, secret or URL, but not the host', () => {
    expect(fill('${PW}', 'password').secrets).toEqual(['pw']);
    expect(fill('${PW}', 'api_token').secrets).toEqual(['pw']);
    expect(fill('${PW}', 'client_secret_id').secrets).toEqual(['pw']);
    expect(fill('${PW}', 'schema').secrets).toEqual([]);
    expect(fill('db://me:${PW}@${HOST}/x', 'url').secrets).toEqual(['pw']);
    expect(fill('db://me:a%20${PW}@h/x', 'url').secrets).toEqual(['pw', 'a%20pw', 'a pw']);
  });

  it('finds passwords in a URL, as written and decoded', () => {
    expect(secretsInUrl('db://u:p%40@h/x?sslpassword=q&a=1')).toEqual(['p%40', 'p@', 'q']);
    expect(secretsInUrl('C:/data/x.db')).toEqual([]);
  });
});
