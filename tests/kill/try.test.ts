import { it } from 'vitest';
import { openLaboratory } from './laboratory.ts';
import { operations } from './operations.ts';
it('tries', async () => {
  const laboratory = await openLaboratory();
  try {
    for (const operation of operations) {
      const t = performance.now();
      try {
        const bench = await laboratory.prepare(operation);
        const t2 = performance.now();
        const trial = await bench.killAt({ at: Math.ceil(bench.calls.length / 2), side: 'after' });
        console.log(operation.name, bench.calls.length, Math.round(t2 - t), Math.round(performance.now() - t2), JSON.stringify(trial));
        if (operation.name.startsWith('table rebuild')) console.log(bench.calls.map((c) => c.kind + ' ' + c.sql.slice(0, 90)).join('\n'));
      } catch (e) { console.log(operation.name, String(e)); }
    }
  } finally { laboratory.close(); }
}, 300000);
