/** Texts that can be rendered only with the columns of other nodes: what stands in their place until then. */
import { hash } from 'node:crypto';
import type { Span } from '../diagnostics/span.ts';
import { spellRequest } from './column-slots.ts';
import type { CompiledText, NodeId } from './compiled.ts';
import type { FileTexts } from './hooks.ts';
import type { Session } from './session.ts';
import { segmentKind } from './span-map.ts';

/**
 * The text that stands for the final one; undefined where `rendered` is final. It is told from others by the template and
 * by what that gave, which holds what macros wrote.
 */
export function waitForColumns(session: Session, rendered: CompiledText, path: string, texts: FileTexts): CompiledText | undefined {
  const { node, asked, isIncremental } = session;
  const first = [...asked.values()][0];
  if (node === undefined || first === undefined) return undefined;
  const version = hash('sha256', `${texts.get(path) ?? ''}\0${rendered.sql}`, 'hex').slice(0, 16);
  const of = [...asked.keys()];
  return standFor({ of, node, isIncremental, version }, first);
}

function standFor(
  {
    isIncremental,
    ...request
  }: { readonly of: readonly NodeId[]; readonly node: NodeId; readonly isIncremental: boolean | undefined; readonly version: string },
  { path, start, end }: Span,
): CompiledText {
  const sql = spellRequest({ kind: 'render', ...request, ...(isIncremental === undefined ? {} : { isIncremental }) });
  return {
    sql,
    map: { files: [path], segments: [0, 0, start, end, segmentKind.generated] },
    slots: [{ name: 'columns', at: 0, length: sql.length }],
  };
}
