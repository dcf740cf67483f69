/** Writes into ledgers what counts as missing from the start of a run on, so that it is loaded even if the run dies. */
import { buildSubject } from '../state/state-tables.ts';
import type { Relation } from '../adapter/relation.ts';
import type { Statement } from '../adapter/statement.ts';
import type { Connection } from '../adapter/connection.ts';
import type { Dialect } from '../adapter/dialect.ts';
import { commonRanges, joinRanges, withoutRanges } from '../intervals/range-set.ts';
import { olderSeen } from '../plan/older-seen.ts';
import type { BuildStep, Plan } from '../plan/plan.ts';
import { latestLedger, readLatestLedger } from '../state/state-reader.ts';
import type { LedgerRecord, StateWriter } from '../state/state-writer.ts';

/** The steps that have something to open. */
function openingSteps({ steps }: Plan): readonly BuildStep[] {
  return steps.filter((step) => step.kind === 'build').filter(({ batches }) => batches !== undefined && batches.opened.length > 0);
}

/** The relations whose ledgers are written: always in the same order, since who locks several must not meet another one who does. */
export function relationsToOpen(plan: Plan, dialect: Dialect): readonly Relation[] {
  const relations = openingSteps(plan).map(({ relation }) => relation);
  return relations.sort((a, b) => (buildSubject(a, dialect) < buildSubject(b, dialect) ? -1 : 1));
}

/** Looks at each ledger as it is now: another run may have added to it since the plan was made. */
export async function openIntervals(
  plan: Plan,
  connection: Connection,
  dialect: Dialect,
  { writer, at }: { readonly writer: StateWriter; readonly at: string },
): Promise<readonly Statement[]> {
  const ledgers: LedgerRecord[] = [];
  for (const { node, relation, batches } of openingSteps(plan)) {
    const { rows } = await connection.query(latestLedger(plan.stateSchema, relation, dialect));
    const found = readLatestLedger(rows);
    const opened = found === undefined ? [] : commonRanges(found.done, batches?.opened ?? []);
    const [first, last] = [opened[0], opened.at(-1)];
    if (found === undefined || first === undefined || last === undefined) continue;
    const range = { start: first.start, end: last.end };
    const { version, build, dataVersion, ordinal } = found;
    const done = joinRanges(withoutRanges(found.done, opened));
    // The plan counted this entry already.
    const seen = ordinal + 1 === batches?.entry ? batches.seen : olderSeen(batches?.seen, found.seen);
    ledgers.push({
      runId: plan.run.id,
      node,
      relation,
      event: 'open',
      range,
      rows: null,
      version,
      build,
      dataVersion,
      done,
      ...(seen === undefined ? {} : { seen }),
      ordinal: ordinal + 1,
    });
  }
  return ledgers.length === 0 ? [] : [writer.outcome({ at, ledgers })];
}
