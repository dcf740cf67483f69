/** Finds models of which nobody says what they hold, or checks it. */
import type { CompiledModel, CompiledTest, NodeId } from '../../compile/compiled.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { LintContext } from '../context.ts';
import type { Finding } from '../finding.ts';
import { selectedModels } from '../lint-input.ts';
import { declaredKeys, testsOf } from '../keys.ts';

export function findUndescribed({ entryOf }: LintContext, model: CompiledModel): readonly Finding[] {
  if (model.description.trim() !== '') return [];
  const diagnostic = diagnose('missing-description', { name: model.name }, { span: entryOf(model), node: model.id });
  return [{ rule: 'missing-description', diagnostic, files: [model.path] }];
}

export function findUntested({ graph, entryOf }: LintContext, model: CompiledModel): readonly Finding[] {
  // A singular test reads the model without being attached to it.
  const isTested = (graph.children.get(model.id) ?? []).some((id) => {
    const child = graph.nodes.get(id);
    return child?.resourceType === 'test' || (child?.resourceType === 'unit_test' && child.model === model.id);
  });
  if (isEphemeral(model) || isTested) return [];
  const diagnostic = diagnose('missing-tests', { name: model.name }, { span: entryOf(model), node: model.id });
  return [{ rule: 'missing-tests', diagnostic, files: [model.path] }];
}

/** Models with tests, none of which is about a key; a key that follows from the query needs none. */
export async function findKeyless(context: LintContext): Promise<readonly Finding[]> {
  const candidates = selectedModels(context).filter((model) => {
    const tests = testsOf(context.graph, model.id);
    return !isEphemeral(model) && tests.length > 0 && declaredKeys(context.graph, model.id).length === 0 && !tests.some(speaksOfKey);
  });
  if (candidates.length === 0) return [];
  const proven = await context.proveKeys(new Set(candidates.map(({ id }): NodeId => id)));
  return candidates.flatMap((model): readonly Finding[] => {
    if ((proven.get(model.id) ?? []).length > 0) return [];
    const diagnostic = diagnose('missing-key-test', { name: model.name }, { span: context.entryOf(model), node: model.id });
    return [{ rule: 'missing-key-test', diagnostic, files: [model.path] }];
  });
}

/** A test that a project defined itself says by its name only what it is about. */
function speaksOfKey({ test }: CompiledTest): boolean {
  return test.kind === 'generic' && /unique|primary|distinct|duplicate|_key\b/.test(test.check);
}

function isEphemeral({ config }: CompiledModel): boolean {
  return config.materialized === 'ephemeral';
}
