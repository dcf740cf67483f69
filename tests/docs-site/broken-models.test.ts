/** What is wrong with one model takes nothing from the others. */
import { beforeAll, describe, expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';
import type { TempProject } from '../support/tx.ts';

const files = {
  'project.yaml': 'name: shop\ntargets: { dev: { type: duckdb, path: dev.duckdb, schema: main } }\n',
  'models/people.sql': 'select 1 as id\n',
  'models/people.yaml': `models:
  - name: people
    description: Who is there.
    columns: [{ name: id, description: Their number. }]
    tests: [{ expression_is_true: { expression: "id > 0" } }]
`,
  'models/named.sql': 'select id as number from {{ref "people"}}\n',
  'models/misspelt.sql': 'selec 1 as id\n',
  'models/below.sql': 'select id from {{ref "misspelt"}}\n',
  'models/wrong.sql': 'select nothing from {{ref "people"}}\n',
  'models/lost.sql': 'select * from {{ref "nobody"}}\n',
};

const words = (html: string): string => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

describe('a model that cannot be built', () => {
  let project: TempProject;
  const page = (name: string): string => words(project.read(`target/docs/${name}.html`));

  beforeAll(async () => {
    project = await tempProject(files);
    const result = await project.call(['docs']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('models/misspelt.sql:1:1');
  });

  it('leaves the lineage of others as it is', () => {
    expect(page('model/named')).toContain('people.id');
    expect(page('model/named')).toMatch(/Trust not run/);
    expect(page('model/below')).toContain('Nothing is known of its columns');
  });

  it.each([
    ['misspelt', 'syntax error at or near'],
    ['wrong', 'nothing'],
    ['lost', 'nobody'],
  ])('is failing and says why: %s', (name, reason) => {
    expect(page(`model/${name}`)).toMatch(new RegExp(`cannot be built: [^.]*${reason}.*Trust failing`));
    expect(page('health')).toMatch(new RegExp(`${name} cannot be built: [^.]*${reason}`));
  });

  it('lets no demand for descriptions and tests pass', async () => {
    const alone = await tempProject({
      'project.yaml': files['project.yaml'],
      'models/people.sql': files['models/misspelt.sql'],
      'models/people.yaml': files['models/people.yaml'],
    });
    const result = await alone.call(['docs', '--fail-under', '100']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('coverage-not-known');
    expect(result.stderr).not.toContain('coverage-too-low');
    expect((await alone.call(['docs'])).code).toBe(0);
  });
});
