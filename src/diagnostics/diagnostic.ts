/** A problem in the user's project, as data: what, where, and the way out. */
import type { CodeEntry, Severity } from './code-entry.ts';
import type { CodeParams, DiagnosticCode } from './registry.ts';
import { registry } from './registry.ts';
import type { Span } from './span.ts';

/** A second place or remark: "the first one is here". */
export interface Note {
  readonly message: string;
  readonly span?: Span;
}

/** Lines of generated text (compiled SQL) that the project has no file for. `line`, `column` start at 1. */
export interface Excerpt {
  /** Where the whole text can be read, e.g. `target/compiled/shop/models/marts/orders.sql`; absent for a text that is in no file. */
  readonly path?: string;
  /** Number of the first line in `lines`. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  readonly line: number;
  readonly column: number;
  /** Length of the marked text on that line, at least 1. */
  readonly length: number;
}

/** One problem. Serialisable; holds no absolute path and no secret. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  /** The message for logs, where `message` quotes values of rows. */
  readonly redacted?: string;
  readonly span?: Span;
  /** Unique id of the node that the problem belongs to, when there is one. */
  readonly node?: string;
  readonly help?: string;
  readonly notes: readonly Note[];
  readonly excerpt?: Excerpt;
}

/** Where a problem is, and what else to say about it. */
export interface Where {
  readonly span?: Span | undefined;
  readonly node?: string | undefined;
  readonly notes?: readonly Note[];
  readonly help?: string | undefined;
  readonly excerpt?: Excerpt | undefined;
  /** What logs say instead of a message that quotes values of rows. */
  readonly redacted?: string | undefined;
}

/** Makes a diagnostic from its code and that code's typed parameters. */
export function diagnose<C extends DiagnosticCode>(code: C, params: CodeParams<C>, where: Where = {}): Diagnostic {
  // `registry[code]` is the entry for exactly these params; the compiler cannot follow the index through the union.
  const entry = registry[code] as unknown as CodeEntry<CodeParams<C>>;
  const help = where.help ?? entry.help?.(params);
  return {
    code,
    severity: entry.severity,
    message: entry.message(params),
    notes: where.notes ?? [],
    ...(where.redacted === undefined ? {} : { redacted: where.redacted }),
    ...(where.span === undefined ? {} : { span: where.span }),
    ...(where.node === undefined ? {} : { node: where.node }),
    ...(help === undefined ? {} : { help }),
    ...(where.excerpt === undefined ? {} : { excerpt: where.excerpt }),
  };
}

/** What a stage gives back: its value, and every problem that it met on the way. */
export interface Outcome<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((entry) => entry.severity === 'error');
}

/** Sorts by file, place, code, so that the same project always prints the same report. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = (entry: Diagnostic): readonly [string, number, string, string] => [
    entry.span?.path ?? '',
    entry.span?.start ?? -1,
    entry.code,
    entry.message,
  ];
  return [...diagnostics].sort((a, b) => {
    const x = key(a);
    const y = key(b);
    for (let i = 0; i < x.length; i += 1) {
      const left = x[i] ?? '';
      const right = y[i] ?? '';
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  });
}
