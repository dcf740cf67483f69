/** Asks the target what models by interval have to load again: what came into ledgers and sources since they were loaded. */
import type { Connection } from '../adapter/connection.ts';
import { EngineError } from '../adapter/engine-error.ts';
import type { Statement } from '../adapter/statement.ts';
import { engineDiagnostic } from '../compile/engine-diagnostic.ts';
import type { NodeId } from '../compile/compiled.ts';
import { bug } from '../diagnostics/bug.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { findLate, ledgersToRead, sourcesToAsk } from '../plan/find-late.ts';
import { indexStanding } from '../plan/index-standing.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanInput } from '../plan/plan-input.ts';
import { arrivalsQuery, probeOf, readArrivals } from '../plan/source-arrivals.ts';
import type { ArrivalQuestion, SourceArrivals } from '../plan/source-arrivals.ts';
import { ledgerLoads, readLedgerLoads } from '../state/ledger-loads.ts';
import type { CompareWith } from './compare-columns.ts';

type Found = Pick<PlanInput, 'late' | 'arrivals' | 'isLateUnknown'>;

/** Undefined where nothing came, and nothing has to be noted; diagnostics of sources that have no times where they say. */
export async function askForLate(
  plan: Plan,
  input: PlanInput,
  { ask }: Pick<CompareWith, 'ask'>,
): Promise<Found | { readonly diagnostics: readonly Diagnostic[] } | undefined> {
  if (input.copies !== undefined) return undefined;
  const standing = indexStanding(input);
  const questions = sourcesToAsk(input, standing);
  if (questions.length === 0 && input.state.ledgers.length < 2) return undefined;
  const ledgers = ledgersToRead(input, standing);
  const nothing = { loads: [], arrivals: new Map<NodeId, SourceArrivals>(), diagnostics: [] };
  const found =
    ledgers.length + questions.length === 0
      ? nothing
      : await ask(async (connection) => ({
          ...(await askSources(connection, questions, input)),
          loads:
            ledgers.length === 0
              ? []
              : readLedgerLoads((await connection.query(ledgerLoads(input.stateSchema, ledgers, input.dialect))).rows),
        }));
  if (found !== undefined && found.diagnostics.length > 0) return { diagnostics: found.diagnostics };
  const { loads, arrivals } = found ?? nothing;
  const late = findLate(plan, { ...input, arrivals }, standing, loads);
  if (found === undefined) return { late, isLateUnknown: true };
  return late.size + arrivals.size === 0 ? undefined : { late, arrivals };
}

async function askSources(
  connection: Connection,
  questions: readonly ArrivalQuestion[],
  input: PlanInput,
): Promise<{ readonly arrivals: ReadonlyMap<NodeId, SourceArrivals>; readonly diagnostics: readonly Diagnostic[] }> {
  const arrivals = new Map<NodeId, SourceArrivals>();
  const diagnostics: Diagnostic[] = [];
  for (const question of questions) {
    const answer = await askSource(connection, question, input);
    if (answer === undefined) continue;
    if ('now' in answer) arrivals.set(question.source.id, answer);
    else diagnostics.push(answer);
  }
  return { arrivals, diagnostics };
}

/** Undefined where nothing can be read of the source now: a hook may make it, and who reads it says what is wrong. */
async function askSource(
  connection: Connection,
  question: ArrivalQuestion,
  { dialect, target }: PlanInput,
): Promise<SourceArrivals | Diagnostic | undefined> {
  const { source } = question;
  let statement = arrivalsQuery(question, dialect, undefined);
  try {
    const answer = readArrivals(question, (await connection.query(statement)).rows);
    if (answer !== 'endless') return answer;
    statement = arrivalsQuery(question, dialect, 'endless');
    const again = readArrivals(question, (await connection.query(statement)).rows);
    return again === 'endless' ? bug(`${source.id} has rows that were left out`) : again;
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    const probe = probeOf(source, dialect);
    if ((await failureOf(connection, probe.without)) !== undefined) return undefined;
    const { eventTime, loadedAt } = source.arrivals;
    const ofTime = await failureOf(connection, probe.eventTime);
    const [details, sql, span] =
      ofTime === undefined ? [cause.details, statement, loadedAt.span] : [ofTime.details, probe.eventTime, eventTime.span];
    return engineDiagnostic(details, target.engine, sql, { node: source.id, text: undefined, span, compiledPath: undefined });
  }
}

async function failureOf(connection: Connection, statement: Statement): Promise<EngineError | undefined> {
  try {
    await connection.query(statement);
    return undefined;
  } catch (cause) {
    if (cause instanceof EngineError) return cause;
    throw cause;
  }
}
