/** Unit tests of a model, made of few rows as they stand in the target: those that take its branches, and what belongs to them. */
import { randomUUID } from 'node:crypto';
import { join, posix } from 'node:path';
import type { CompiledModel } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { literalsOf, Masker } from '../../generate/unit-test/mask.ts';
import { unitTestYaml } from '../../generate/unit-test/unit-test-yaml.ts';
import { shownName } from '../../graph/shown-name.ts';
import { readSql } from '../../plan/read-sql.ts';
import { kindAt } from '../../project/read-text.ts';
import { askTarget } from '../ask-target.ts';
import { requireSound } from '../check-queries.ts';
import { exitCodes, Stop } from '../exit.ts';
import { loadWhole } from '../whole-texts.ts';
import { findPersonal } from './find-personal.ts';
import type { GenerateWork, Proposed } from './proposal.ts';
import { sampleUnitTests } from './sample-unit-tests.ts';
import type { Draft, Times } from './unit-test-drafts.ts';
import { draftsOf, filled, testRelations, textWith } from './unit-test-drafts.ts';

export async function generateUnitTest(work: GenerateWork, wanted: string): Promise<Proposed> {
  const { host, screen, options } = work;
  const model = findModel(work, wanted);
  const path = `${posix.dirname(model.path)}/unit_${model.name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_')}.yaml`;
  if (kindAt(host.files, join(work.loaded.project.root, path)) !== undefined)
    throw new Stop(exitCodes.usage, [diagnose('generate-file-exists', { path })]);
  await requireSound(work.loaded, new Set([model.id]));
  const loaded = await loadWhole(host, screen, work.loaded, new Set([model.id]));
  const drafts = await draftsOf(loaded, model);
  const personal = await findPersonal(host, loaded, [...new Set([model.id, ...drafts.flatMap(({ reads }) => reads)])]);
  // A temporary relation is no writing where a database is one process's own; a server takes it for one.
  const readOnly = loaded.engine.capabilities.runLock === 'database';
  const tests = await askTarget(host, screen, loaded, { options, readOnly, connections: 2 }, (target) =>
    sampleUnitTests({ host, loaded, target, model, drafts, times: timesOf(work), personal, masker: maskerFor(loaded, model) }),
  );
  return {
    root: loaded.project.root,
    proposals: [{ path, before: undefined, after: unitTestYaml(tests) }],
    diagnostics: await findUnsteady(work, model, drafts),
  };
}

function findModel({ loaded: { graph } }: GenerateWork, wanted: string): CompiledModel {
  const models = [...graph.nodes.values()].flatMap((node) => (node.resourceType === 'model' ? [node] : []));
  const found = models.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new Stop(exitCodes.usage, [diagnose('generate-model-unknown', { name: wanted, known: models.map(shownName) })]);
}

function maskerFor({ graph }: GenerateWork['loaded'], { id }: CompiledModel): Masker {
  const model = graph.nodes.get(id);
  const texts = model?.resourceType === 'model' ? [model.full, ...(model.incremental ? [model.incremental] : [])] : [];
  return new Masker(new Set(texts.flatMap(({ sql }) => literalsOf(sql))));
}

/** A run that began at the beginning of this day, with an interval that holds everything. */
function timesOf({ host }: GenerateWork): Times {
  const day = new Date(host.clock.now()).toISOString().slice(0, 10);
  return {
    runId: randomUUID(),
    startedAt: `${day}T00:00:00.000Z`,
    interval: { start: '1900-01-01T00:00:00.000Z', end: '2200-01-01T00:00:00.000Z' },
  };
}

/** What may give something else another day. */
async function findUnsteady({ loaded }: GenerateWork, model: CompiledModel, drafts: readonly Draft[]): Promise<readonly Diagnostic[]> {
  const { dialect } = loaded.engine;
  const found = new Set<string>();
  for (const draft of drafts) {
    const relations = testRelations(loaded, draft);
    const standIns = new Map(relations.map(({ input, relation }) => [input.id, dialect.relation(relation)]));
    const names = new Set(relations.map(({ relation: { schema, name } }) => JSON.stringify([schema, name].map(dialect.foldIdentifier))));
    const text = filled(loaded, await textWith(loaded, draft, standIns), { runId: '', startedAt: wide.start, interval: wide });
    const { unsteady } = readSql(text.sql, {
      steadiness: dialect.steadiness,
      calls: new Set(),
      isKnown: (parts) => names.has(JSON.stringify(parts.map(dialect.foldIdentifier))),
    });
    if (unsteady !== undefined) found.add(unsteady);
  }
  const span = { path: model.path, start: 0, end: 0 };
  return [...found].map((what) => diagnose('generate-unsteady', { model: model.name, what }, { node: model.id, span }));
}

const wide = { start: '2000-01-01T00:00:00.000Z', end: '2000-01-02T00:00:00.000Z' };
