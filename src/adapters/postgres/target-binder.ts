/** Tells the columns of queries, and where they come from, by asking the target itself. Nobody else sees any of it. */
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Binder } from '../../adapter/analysis.ts';
import { openSession } from './session.ts';
import { binderOver } from './temporary-stubs.ts';

export async function openTargetBinder(options: OpenOptions): Promise<Binder> {
  const session = await openSession({ ...options, connections: 1, readOnly: false });
  try {
    return await binderOver(await session.connect(), () => session.close());
  } catch (cause) {
    await session.close();
    throw cause;
  }
}
