/** Says of which tables rows stay that were made by SQL that has changed since. */
import { plainLine } from '../diagnostics/plain.ts';
import type { BuildStep, Plan } from '../plan/plan.ts';
import { reasonWords } from './reason-words.ts';

const mostNames = 3;

/** `older rows stay: …`, of the table itself or of those that read the view; undefined where none do. */
function describeOlderRows({ rewritten, leaves = [] }: Pick<BuildStep, 'rewritten' | 'leaves'>): string | undefined {
  const way = 'stay: `--full-refresh` makes them anew';
  if (rewritten === true) return `older rows ${way}`;
  if (leaves.length === 0) return undefined;
  const names = leaves.slice(0, mostNames).map((name) => `\`${plainLine(name)}\``);
  const more = leaves.length > mostNames ? ` and ${leaves.length - mostNames} more` : '';
  return `older rows of ${names.join(', ')}${more} ${way}`;
}

/** What a plan adds to the reason of the step. */
export function addOlderRows(step: BuildStep): string {
  const words = describeOlderRows(step);
  if (words === undefined) return '';
  return step.reason === 'sql-changed' ? `; ${words}` : `; ${reasonWords['sql-changed']}, and ${words}`;
}

/** A line for each, for those who did not ask for the plan. */
export function listOlderRows({ steps }: Plan): readonly string[] {
  return steps.flatMap((step) => {
    const words = step.kind === 'build' ? describeOlderRows(step) : undefined;
    return step.kind !== 'build' || words === undefined ? [] : [`SQL of \`${plainLine(step.name)}\` has changed, and ${words}`];
  });
}
