/** Holds docs/checks.md to the vocabulary: it describes each check, and its examples run and pass. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDefinitions } from '../src/checks/vocabulary.ts';
import { REPOSITORY, tempProject } from './support/tx.ts';

const page = readFileSync(join(REPOSITORY, 'docs', 'checks.md'), 'utf8').replaceAll('\r\n', '\n');

/** The part of the page about one check. */
function sectionOf(name: string): string {
  const start = page.indexOf(`\n### \`${name}\`\n`);
  const end = page.slice(start + 1).search(/\n##+ /);
  return start === -1 ? '' : page.slice(start, start + 1 + end);
}

const example = (section: string): string => /```yaml check\n([\s\S]*?)```/.exec(section)?.[1] ?? '';

describe('docs/checks.md', () => {
  it.each(checkDefinitions.map((definition) => [definition.name, definition] as const))('describes %s', (name, definition) => {
    const section = sectionOf(name);
    expect(section.toLowerCase()).toContain(definition.summary.toLowerCase());
    for (const argument of definition.arguments) {
      expect(section).toContain(`\`${argument.name}\``);
      expect(section).toContain(argument.description);
      for (const word of argument.words ?? []) expect(section).toContain(`\`${word}\``);
    }
    for (const alias of definition.aliases) {
      if (alias.package !== 'dbt') expect(section).toContain(`\`${alias.name}\` of ${alias.package}`);
      for (const written of Object.keys(alias.renamed)) expect(section).toContain(`\`${written}\``);
    }
    expect(example(section)).toMatch(new RegExp(String.raw`^ +- ${name}\b`, 'm'));
  });

  it('has examples that all pass', async () => {
    const query = /```sql check=orders\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const files: Record<string, string> = {
      'project.yaml': 'name: shop\ndefault_target: dev\ntargets:\n  dev: { type: duckdb, path: shop.duckdb, schema: main }\n',
      'models/orders.sql': `{{config materialized="table"}}\n${query}`,
      'models/customers.sql': 'select n as customer_id from range(100, 110) as r(n)',
      'models/order_totals.sql': 'select order_id, gross as total from {{ref "orders"}}',
      'models/order_lines.sql': 'select order_id, n from {{ref "orders"}} cross join range(2) as r(n)',
    };
    for (const { name } of checkDefinitions) {
      files[`models/about_${name}.sql`] = 'select * from {{ref "orders"}}';
      files[`models/about_${name}.yaml`] = example(sectionOf(name)).replace('name: orders', `name: about_${name}`);
    }
    const project = await tempProject(files);
    const { code, stdout, stderr } = await project.call(['build', '--log-format', 'json']);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    const results: unknown = JSON.parse(project.read('target/run_results.json'));
    const passed = JSON.stringify(results).match(/"status":"pass"/g) ?? [];
    expect(passed).toHaveLength(checkDefinitions.length);
  });
});
