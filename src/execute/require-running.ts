/** Keeps a run that is being stopped from going on between two statements, where nothing can be interrupted. */
import { EngineError } from '../adapter/engine-error.ts';
import type { StepContext } from './attempt.ts';

/** Keeps the next statement from starting when the run was stopped between two statements. */
export function requireRunning({ isStopped }: StepContext): void {
  if (isStopped()) throw new EngineError({ kind: 'cancelled', message: 'cancelled', redacted: 'cancelled', retry: 'never' });
}
