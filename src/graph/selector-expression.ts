/** The parsed form of a selector, from the command line or from YAML: sets, graph operators and criteria, each with its place in the argument. */
import type { Span } from '../diagnostics/span.ts';
import type { Depth } from '../parse/definitions.ts';
import type { IndirectSelection } from '../project/indirect-selection.ts';
import type { SelectorMethod } from './selector-method.ts';

/** One `[method:]value`. `plain` is a bare name, whose characters mean themselves: it must name something. */
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

/** What is in `of` and not in `without`. */
export interface Difference {
  readonly kind: 'difference';
  readonly of: SelectorExpression;
  readonly without: SelectorExpression;
  readonly span: Span;
}

/** A part with a rule of its own for the tests that come along. */
export interface WithMode {
  readonly kind: 'with-mode';
  readonly of: SelectorExpression;
  readonly indirect: IndirectSelection;
  readonly span: Span;
}

export type SelectorExpression = Criterion | Reach | Combination | Difference | WithMode;
