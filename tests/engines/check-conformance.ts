/** Projects mean the same on every engine: what each of them has to show for it. */
import { expect, it } from 'vitest';
import { conformanceCases } from './conformance-cases.ts';
import type { Act } from './conformance-case.ts';
import { useProjectEngines } from './engine-project.ts';
import type { EngineProject } from './engine-project.ts';

async function perform(project: EngineProject, act: Act): Promise<void> {
  if ('write' in act) return project.write(act.write);
  if ('remove' in act) return project.remove(act.remove);
  if ('sql' in act) return project.run(act.sql);
  if ('refused' in act) return expect(project.run(act.refused)).rejects.toThrow(new RegExp(act.says));
  if ('comments' in act) return expect(await project.comments()).toMatchObject(act.comments);
  if ('rows' in act) return expect(await project.rows(act.rows), act.rows).toEqual(act.are);
  const { exit, text } = await project.tx(act.tx, act.at);
  expect(exit, `${String(act.tx)}\n${text}`).toBe(act.exit ?? 0);
  for (const said of act.says ?? [])
    expect(text).toMatch(typeof said === 'string' ? new RegExp(said.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')) : said);
  for (const unsaid of act.never ?? []) expect(text).not.toContain(unsaid);
}

/** Nothing that ends inside of a transaction may be seen after it. */
async function expectNothingLeft(project: EngineProject): Promise<void> {
  const left = await project.rows(
    `select table_schema, table_name from information_schema.tables where table_name like '\\_tx\\_%' escape '\\'`,
  );
  expect(left).toEqual([]);
}

/** Runs all cases on one engine. */
export function checkConformance(engine: string): void {
  const found = useProjectEngines().find(({ name }) => name === engine);
  if (found === undefined) throw new Error(`no engine is called ${engine}`);
  const { project } = found;
  it.each(conformanceCases)('$name', async (given) => {
    const opened = await project(given.files, given.project);
    for (const act of given.acts) await perform(opened, act);
    await expectNothingLeft(opened);
  });
}
