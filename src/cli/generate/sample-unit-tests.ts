/** Asks the target for the rows of unit tests, and for what the query gives for them. */
import type { CompiledModel } from '../../compile/compiled.ts';
import { engineDiagnostic } from '../../compile/engine-diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { WrittenTest } from '../../generate/unit-test/unit-test-yaml.ts';
import { exitCodes, Stop } from '../exit.ts';
import type { LoadedGraph } from '../load-graph.ts';
import { readsOf } from '../reads-of.ts';
import { DraftSample } from './draft-sample.ts';
import { QueryFailure } from './row-bench.ts';
import type { QueryResult } from './row-bench.ts';
import type { SampleWork } from './sample-work.ts';
import type { Draft } from './unit-test-drafts.ts';

export async function sampleUnitTests(work: SampleWork): Promise<readonly WrittenTest[]> {
  const { loaded, model, drafts, target } = work;
  const tests: WrittenTest[] = [];
  // What a first build gives for the same rows is what stands when the next run begins.
  let built: QueryResult | undefined;
  let first: DraftSample | undefined;
  for (const draft of drafts) {
    const connection = await target.session.connect();
    const stop = (): void => connection.interrupt();
    target.signal.addEventListener('abort', stop, { once: true });
    try {
      const sample = new DraftSample(work, draft, connection);
      await sample.gather(first, built);
      if (draft.reads.length > 0 && sample.isEmpty())
        throw new Stop(exitCodes.usage, [diagnose('generate-no-rows', { model: model.name }, { node: model.id, span: startOf(model) })]);
      built ??= await sample.buildAll();
      tests.push(await sample.write(nameOf(loaded, model, draft)));
      first ??= sample;
    } catch (cause) {
      if (!(cause instanceof QueryFailure)) throw cause;
      const origin = { node: model.id, text: undefined, span: startOf(model), compiledPath: undefined, reads: readsOf(loaded)(model.id) };
      throw new Stop(exitCodes.failed, [engineDiagnostic(cause.details, loaded.engine.type, cause.statement, origin)]);
    } finally {
      target.signal.removeEventListener('abort', stop);
      await connection.close();
    }
  }
  return tests;
}

function startOf({ path }: CompiledModel): { readonly path: string; readonly start: number; readonly end: number } {
  return { path, start: 0, end: 0 };
}

/** A name that no unit test of the model has. */
function nameOf({ graph }: LoadedGraph, model: CompiledModel, { isIncremental }: Draft): string {
  const taken = new Set([...graph.nodes.values()].flatMap((node) => (node.resourceType === 'unit_test' ? [node.name] : [])));
  const base = `${model.name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_')}_${isIncremental ? 'in_later_runs' : 'from_sampled_rows'}`;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  return name;
}
