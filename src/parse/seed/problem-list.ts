/** Collects the problems of one file, up to a number that somebody still reads. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnose } from '../../diagnostics/diagnostic.ts';
import type { CodeParams, DiagnosticCode } from '../../diagnostics/registry.ts';
import type { Span } from '../../diagnostics/span.ts';

const shown = 20;

export class ProblemList {
  readonly #path: string;
  readonly #node: string | undefined;
  readonly #diagnostics: Diagnostic[] = [];
  /** Where the first problem stands that is not shown. */
  #hidden: Span | undefined;
  #count = 0;

  constructor(path: string, node: string | undefined) {
    this.#path = path;
    this.#node = node;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a problem at a place of the seed file; `end` is `start` + 1 unless given. */
  add<C extends DiagnosticCode>(code: C, params: CodeParams<C>, start?: number, end?: number): void {
    this.#count += 1;
    if (this.#count > shown) {
      this.#hidden ??= this.#span(start, end);
      return;
    }
    this.#diagnostics.push(diagnose(code, params, { span: this.#span(start, end), node: this.#node }));
  }

  /** Adds a value that does not fit; logs are told of it without the value. */
  addValue(params: CodeParams<'seed-value'>, start: number, end: number): void {
    this.#count += 1;
    if (this.#count > shown) {
      this.#hidden ??= this.#span(start, end);
      return;
    }
    const redacted = diagnose('seed-value', { ...params, value: undefined }).message;
    this.#diagnostics.push(diagnose('seed-value', params, { span: this.#span(start, end), node: this.#node, redacted }));
  }

  #span(start: number | undefined, end: number | undefined): Span | undefined {
    return start === undefined ? undefined : { path: this.#path, start, end: end ?? start + 1 };
  }

  /** Adds a problem that stands in another file. */
  addElsewhere(diagnostic: Diagnostic): void {
    this.#count += 1;
    if (this.#count <= shown) this.#diagnostics.push(diagnostic);
  }

  /** All of them, and last how many more there are. */
  list(): readonly Diagnostic[] {
    if (this.#count <= shown) return this.#diagnostics;
    const more = diagnose('seed-more-problems', { path: this.#path, count: this.#count - shown }, { span: this.#hidden, node: this.#node });
    return [...this.#diagnostics, more];
  }
}
