/** What the explorer shows, kept in the address so that it can be linked. */

export interface ExplorerState {
  /** A selector; empty means the whole project. */
  readonly select: string;
  /** The word for the chosen node. */
  readonly node: string | undefined;
  readonly column: string | undefined;
  /** Every node is shown where otherwise folders were. */
  readonly unfolded: boolean;
}

/** In a site of one file the part behind `#` names the page as well. */
const page = 'lineage:';

export function readState(hash: string): ExplorerState {
  const text = hash.replace(/^#(?:lineage(?::|$))?/, '');
  const fields = new URLSearchParams(text);
  return { select: (fields.get('select') ?? '').trim(), node: fields.get('node') ?? undefined, column: fields.get('column') ?? undefined, unfolded: fields.get('show') === 'nodes' };
}

export function writeState({ select, node, column, unfolded }: ExplorerState, isSingle: boolean): string {
  const fields = new URLSearchParams();
  if (select !== '') fields.set('select', select);
  if (node !== undefined) fields.set('node', node);
  if (column !== undefined) fields.set('column', column);
  if (unfolded) fields.set('show', 'nodes');
  return `#${isSingle ? page : ''}${fields.toString()}`;
}
