/** What is said of a column holds for those that hand on its values. */
import { expect, it } from 'vitest';
import { tempProject } from '../support/tx.ts';

const files = {
  'project.yaml': 'name: shop\ntargets: { dev: { type: duckdb, path: dev.duckdb, schema: main } }\n',
  'models/people.sql': "select 1 as id, 'a@b.c' as mail\n",
  'models/people.yaml': `models:
  - name: people
    columns:
      - { name: id, description: The number of a person., meta: { owner: ann, level: [1, 2] } }
      - { name: mail, description: Where to write., pii: true }
  - name: open
    columns:
      - { name: mail, pii: false, description: Asked for. }
`,
  'models/handed_on.sql': 'select id as person, mail as address, upper(mail) as loud from {{ref "people"}}\n',
  'models/open.sql': 'select mail from {{ref "people"}}\n',
};

it('columns show description, meta and the mark of personal data of the column whose values they hand on', async () => {
  const project = await tempProject(files);
  const result = await project.call(['docs']);
  expect(result.code, result.stderr).toBe(0);
  /** The row of a column as plain words. */
  const row = (page: string, column: string): string => {
    const html = project.read(`target/docs/model/${page}.html`);
    const found = html.split('<tr ').find((part) => part.includes(`data-column="${column}"`)) ?? '';
    return (
      found
        .split('</tr>')[0]
        ?.replaceAll(/^[^>]*>|<[^>]*>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim() ?? ''
    );
  };
  expect(row('handed_on', 'person')).toContain('The number of a person. as in people.id owner: ann level: [1,2]');
  expect(row('handed_on', 'address')).toContain('address personal data');
  expect(row('handed_on', 'address')).toContain('Where to write. as in people.mail');
  // Another value is another thing.
  expect(row('handed_on', 'loud')).not.toMatch(/personal|Where/);
  expect(row('open', 'mail')).not.toMatch(/personal|Where/);
});
