/** The parsed form of a `--select` argument: sets, graph operators and criteria, each with its place in the argument. */
import type { Span } from '../diagnostics/span.ts';
import type { SelectorMethod } from './selector-method.ts';

/** How far a graph operator goes: a number of edges, or as far as there are any. */
export type Depth = number | 'all';

/** One `[method:]value`. `plain` is a bare name without wildcards: it must name something. */
export interface Criterion {
  readonly kind: 'criterion';
  readonly method: SelectorMethod;
  /** `a`, `b` of `config.a.b:value`. */
  readonly args: readonly string[];
  readonly value: string;
  readonly plain: boolean;
  readonly span: Span;
}

/** `+x`, `n+x`, `x+n`, `@x` around a criterion or a group; the operator works on each member of the set. */
export interface Reach {
  readonly kind: 'reach';
  readonly of: SelectorExpression;
  readonly parents?: Depth;
  readonly children?: Depth;
  /** `@`: everything needed to build what the members feed. */
  readonly childrensParents: boolean;
  readonly span: Span;
}

/** A space (`union`) or a comma (`intersection`) between at least two parts. */
export interface Combination {
  readonly kind: 'union' | 'intersection';
  readonly parts: readonly SelectorExpression[];
  readonly span: Span;
}

export type SelectorExpression = Criterion | Reach | Combination;
