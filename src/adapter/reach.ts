/** How a session reads the database of another target. */
import type { Relation } from './relation.ts';
import type { Statement } from './statement.ts';

export interface Reach {
  /** The database is the one that the session has open anyway. */
  readonly isSame: boolean;
  /** How messages of the engine call it, when that is no name that a user wrote. */
  readonly place?: string;
  /** Make the other database readable on every connection of the session. */
  readonly open: readonly Statement[];
  /** Make names without a database mean the other one, on the connection that runs them. */
  readonly enter: readonly Statement[];
  /** Names a relation of the other database from any connection. */
  readonly relation: (relation: Relation) => string;
}
