/** Opens what tells columns of queries: the engine itself, the target, or what stands for them. */
import type { Adapter } from '../adapter/adapter.ts';
import type { Binder } from '../adapter/analysis.ts';
import { rememberBindings } from '../cache/remember-bindings.ts';
import type { LoadedGraph } from './load-graph.ts';

type Opened = Pick<LoadedGraph, 'project' | 'openBindings'>;

/** The binder of the engine, or else the target itself, which must be there then. Undefined where neither can tell. */
export async function openAnyBinder(adapter: Adapter, loaded: Opened): Promise<Binder | undefined> {
  const { root: projectRoot, target } = loaded.project;
  return openOwnBinder(adapter, loaded) ?? adapter.openTargetBinder?.({ target, projectRoot, connections: 1, readOnly: false });
}

/** The binder of the engine, which is started for what nobody has asked it before. */
export function openOwnBinder({ openBinder }: Pick<Adapter, 'openBinder'>, loaded: Opened): Promise<Binder> | undefined {
  if (openBinder === undefined) return undefined;
  const { root: projectRoot, target } = loaded.project;
  return remembering(loaded, () => openBinder({ projectRoot, settings: target.settings }), [target.type, target.settings]);
}

/** What tells columns while the target cannot be asked; undefined where that is not installed. */
export function openOfflineBinder({ offline }: Pick<Adapter, 'offline'>, loaded: Opened): Promise<Binder> | undefined {
  const { root: projectRoot, target } = loaded.project;
  const version = offline?.version(projectRoot);
  if (offline === undefined || version === undefined) return undefined;
  const open = (): Promise<Binder> => offline.openBinder({ projectRoot, settings: target.settings, schema: target.schema });
  return remembering(loaded, open, [offline.packageName, version, target.schema]);
}

async function remembering({ openBindings }: Opened, open: () => Promise<Binder>, context: readonly unknown[]): Promise<Binder> {
  const store = openBindings?.();
  return store === undefined ? open() : rememberBindings({ open, store, context: JSON.stringify(context) });
}
