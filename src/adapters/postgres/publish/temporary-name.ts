/** Names for what exists only inside a transaction. */
import { createHash } from 'node:crypto';

/** A name that no user writes: the same for the same parts, and never too long for the server. */
export function temporaryName(...parts: readonly string[]): string {
  return `_tx_${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12)}`;
}
