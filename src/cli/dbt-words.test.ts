import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dbtCommands, dbtFlags, dbtKeys } from '../diagnostics/dbt-words.ts';
import { createHost } from './host.ts';
import { createProgram } from './program.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const program = createProgram(createHost('0.0.0', '.', undefined), { code: 0 }, undefined);

describe('words of dbt', () => {
  it('that have advice mean nothing here', () => {
    const flags = program.commands.flatMap(({ options }) => options.flatMap(({ short, long }) => [short, long]));
    expect(Object.keys(dbtFlags).filter((flag) => flags.includes(flag))).toEqual([]);
    const commands = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
    expect(Object.keys(dbtCommands).filter((name) => commands.includes(name))).toEqual([]);
    const schemas = read('schemas/project.schema.json') + read('schemas/properties.schema.json');
    expect(Object.keys(dbtKeys).filter((key) => schemas.includes(`"${key}": {`))).toEqual([]);
  });

  it('that have advice stand on the page', () => {
    const page = read('docs/coming-from-dbt.md');
    const rare = new Set(['--partial-parse', 'source', 'packages-install-path', 'analysis-paths', 'log-path', 'store_failures_as']);
    const words = [...Object.keys(dbtFlags), ...Object.keys(dbtCommands), ...Object.keys(dbtKeys)];
    const said = [...page.matchAll(/[\w-]+/g)].map(([word]) => word);
    expect(words.filter((word) => !rare.has(word) && !said.includes(word))).toEqual([]);
  });
});
