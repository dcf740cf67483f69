/** What a project says of a column of one of its nodes. */
import type { Span } from '../diagnostics/span.ts';
import type { YamlValue } from '../project/project.ts';

export interface CompiledColumn {
  readonly name: string;
  /** Where the file of the project names it; absent for one that another part made. */
  readonly span?: Span;
  readonly description: string;
  readonly dataType?: string;
  /** Where its type stands. */
  readonly typeSpan?: Span;
  readonly meta: Readonly<Record<string, YamlValue>>;
  readonly tags: readonly string[];
  readonly pii?: boolean | string;
}
