/** Shows what a plan does to columns, and which columns and exposures that reaches. */
import type { ColumnEffect, ColumnEffects, PlannedColumns } from '../analyze/column-effects.ts';
import type { NodeId } from '../compile/compiled.ts';
import { plainLine } from '../diagnostics/plain.ts';
import type { Style } from '../diagnostics/paint.ts';
import { padRight, textWidth } from '../diagnostics/text-width.ts';

export interface ColumnEffectsOptions {
  readonly style: Style;
  /** All that is reached, not only the first names. */
  readonly verbose: boolean;
  readonly nameOf: (id: NodeId) => string;
}

/** The effects as text, with a line break at the end; nothing where there are none. */
export function renderColumnEffects({ effects, refused }: PlannedColumns, options: ColumnEffectsOptions): string {
  if (effects.length === 0) return '';
  const { style, nameOf } = options;
  const blocks = effects.map((each) => [`    ${style.paint.bold(plainLine(nameOf(each.node)))}`, ...renderEffect(each, options)]);
  const exposures = [...new Set(effects.flatMap((each) => each.exposures))].map((id) => plainLine(nameOf(id))).toSorted();
  const broken = refused.map((id) => plainLine(nameOf(id)));
  const tail = [
    ...(broken.length === 0 ? [] : [style.paint.red(`  could not be built any more: ${listed(broken, options)}`)]),
    ...(exposures.length === 0 ? [] : [`  exposures that this reaches: ${listed(exposures, options)}`]),
  ];
  return `\n${['  columns', ...blocks.flat(), ...(tail.length === 0 ? [] : ['', ...tail])].join('\n')}\n`;
}

function renderEffect({ columns, rows }: ColumnEffects, options: ColumnEffectsOptions): readonly string[] {
  const { paint } = options.style;
  const names = columns.map(({ name }) => plainLine(name));
  const types = columns.map(describeTypes);
  const width = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
  const lines = columns.map((column, at) => {
    const cells = `${padRight(names[at] ?? '', width(names))}  ${padRight(types[at] ?? '', width(types))}`;
    return `      ${markOf(column, options.style)} ${cells}  ${paint.dim(describeReach(column, options))}`.trimEnd();
  });
  return rows === 'others' ? [...lines, `      ${paint.yellow('~')} other rows are chosen, which all that reads them sees`] : lines;
}

function markOf({ how }: ColumnEffect, { paint }: Style): string {
  if (how === 'added') return paint.green('+');
  return how === 'removed' ? paint.red('-') : paint.yellow('~');
}

function describeTypes({ how, before = '', after = '' }: ColumnEffect): string {
  if (how === 'retyped') return `${plainLine(before)} to ${plainLine(after)}`;
  return how === 'changed' ? 'made another way' : plainLine(how === 'added' ? after : before);
}

function describeReach({ reaches, decides }: ColumnEffect, options: ColumnEffectsOptions): string {
  const { nameOf } = options;
  const columns = reaches.map(({ node, column }) => `${plainLine(nameOf(node))}.${plainLine(column)}`);
  const nodes = decides.map((id) => plainLine(nameOf(id)));
  return [
    ...(columns.length === 0 ? [] : [`reaches ${listed(columns, options)}`]),
    ...(nodes.length === 0 ? [] : [`decides in ${listed(nodes, options)}`]),
  ].join('; ');
}

const shownNames = 4;

function listed(names: readonly string[], { verbose }: Pick<ColumnEffectsOptions, 'verbose'>): string {
  if (verbose || names.length <= shownNames) return names.join(', ');
  return `${names.slice(0, shownNames - 1).join(', ')} and ${names.length - shownNames + 1} more`;
}
