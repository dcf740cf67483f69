/** Says which of the types that a seed declares the engine does not have. */
import type { Binder, Stub } from '../adapter/analysis.ts';
import type { EngineErrorDetails } from '../adapter/engine-error.ts';
import type { CompiledSeed, NodeId } from '../compile/compiled.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { AnalyzeInput } from './analyze-input.ts';

export interface DeclaredSeedType {
  readonly seed: NodeId;
  readonly column: string;
  readonly type: string;
  readonly span: Diagnostic['span'];
}

/** Types that a seed declares of its columns; none where one of its hooks may make a type. */
export function declaredSeedTypes(seed: CompiledSeed): readonly DeclaredSeedType[] {
  if (seed.preHooks.length > 0) return [];
  return Object.entries(seed.config.columnTypes).map(([column, { value, span }]) => ({ seed: seed.id, column, type: value, span }));
}

/** A type that is refused, with the engine's words for it. */
export function describeSeedType({ seed, column, type, span }: DeclaredSeedType, refusal: EngineErrorDetails): Diagnostic {
  const { message, hint, candidates = [] } = refusal;
  const near = candidates.map((name) => `\`${name}\``).join(', ');
  const advice = near === '' ? hint : `near names: ${near}`;
  return diagnose('seed-type', { column, type, problem: `the database refuses: ${message}`, advice }, { span, node: seed });
}

/** Asks of each type of a seed that the binder has refused. Nothing is said where a hook, or somebody in the target, may have made it. */
export async function findRefusedSeedTypes(
  { isOffline, hooks }: AnalyzeInput,
  binder: Binder,
  seed: CompiledSeed,
): Promise<readonly Diagnostic[]> {
  if (isOffline === true || hooks) return [];
  const asked = new Map<Stub['relation'], DeclaredSeedType>();
  const stubs = declaredSeedTypes(seed).map((declared): Stub => {
    const relation = { schema: '_tx_types', name: `${seed.id} ${declared.column}` };
    asked.set(relation, declared);
    return { relation, columns: [{ name: declared.column, type: declared.type }] };
  });
  const problems = stubs.length === 0 ? [] : await binder.declare(stubs);
  return problems.flatMap(({ relation, error }) => {
    const declared = asked.get(relation);
    return declared === undefined ? [] : [describeSeedType(declared, error)];
  });
}
