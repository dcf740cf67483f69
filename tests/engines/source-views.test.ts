/** Checks of a source that is a view compute it once, however many they are. */
import { describe, expect, it } from 'vitest';
import { useProjectEngines } from './engine-project.ts';

describe('checks of a source that is a view', () => {
  describe.each(useProjectEngines())('on $name', ({ project: open }) => {
    it('read it once', { timeout: 60_000 }, async () => {
      const project = await open({
        'models/raw.yaml': `sources:
  - name: raw
    schema: landing
    tables:
      - name: events
        columns: [{ name: n, tests: [not_null, positive, { in_range: { max: 900 } }, { not_equal_to: { value: 77 } }] }]`,
      });
      // Each row that is looked at draws a number.
      await project.run(
        'create schema landing',
        'create sequence landing.looks',
        `create view landing.events as select nextval('landing.looks') as n from (values (1), (2)) as t(i)`,
      );
      const tested = await project.tx('test');
      expect(tested.exit, tested.text).toBe(0);
      expect(tested.text).toContain('4 ok');
      expect((await project.rows(`select nextval('landing.looks')`)).map(([next]) => Number(next))).toEqual([3]);
    });
  });
});
