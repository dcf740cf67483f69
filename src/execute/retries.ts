/** How often, and after which pauses, a transaction that failed is tried again. */
import type { Retry } from '../adapter/engine-error.ts';

export const maxAttempts = 5;

/** Whether the same transaction may succeed now. */
export function isWorthRetrying(retry: Retry): retry is 'transaction' | 'reconnect' {
  return retry === 'transaction' || retry === 'reconnect';
}

/** Doubling waits, spread by chance so that two that met do not meet again. A server that starts again needs seconds. */
export function backoff(retry: 'transaction' | 'reconnect', attempt: number, chance: number): number {
  return (retry === 'reconnect' ? 200 : 20) * 2 ** attempt * (0.5 + chance);
}
