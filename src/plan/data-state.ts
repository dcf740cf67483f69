/** The state of what a node reads. */
import type { Reason } from './plan.ts';

/** The same text is the same data; or nobody knows whether it is the same. */
export type State = { readonly state: string } | { readonly moves: string; readonly reason: Reason };
