/** Tells the columns of queries, and where they come from, by asking the target itself. Nobody else sees any of it. */
import type { OpenOptions } from '../../adapter/adapter.ts';
import type { Binder } from '../../adapter/analysis.ts';
import { openAnalyzer } from './analysis.ts';
import { openSession } from './session.ts';
import { TemporaryStubs } from './temporary-stubs.ts';

export async function openTargetBinder(options: OpenOptions): Promise<Binder> {
  const session = await openSession({ ...options, connections: 1, readOnly: false });
  try {
    const analyzer = await openAnalyzer();
    const stubs = new TemporaryStubs(await session.connect());
    await stubs.begin();
    return {
      ...analyzer,
      declare: (given) => stubs.declare(given),
      bind: (requests) => stubs.bind(requests),
      close: async () => {
        await analyzer.close();
        await session.close();
      },
    };
  } catch (cause) {
    await session.close();
    throw cause;
  }
}
