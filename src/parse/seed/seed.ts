/** A seed file as data: what it was read with, and what it holds. */
import type { PortableType } from '../../adapter/dialect.ts';
import type { Span } from '../../diagnostics/span.ts';
import type { Located } from '../../project/project.ts';

/**
 * A seed file. `chunks` starts from the beginning at every call: a seed is read twice, and never held as a whole. A chunk is
 * good until the next one is asked for.
 */
export interface SeedSource {
  /** Relative to the project. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly chunks: () => Iterable<Uint8Array>;
}

/** A type, and where it is declared. */
export interface DeclaredType extends Located<string> {
  /** Where the column is named, if that is not part of the place. */
  readonly nameSpan?: Span;
}

export interface SeedOptions {
  /** One character; without it a tab for `.tsv`, else a comma. */
  readonly delimiter?: Located<string> | undefined;
  /** Declared types by column name, as the engine spells them. Columns without one are inferred. */
  readonly columnTypes?: Readonly<Record<string, DeclaredType>>;
  /** Columns whose values no message may show. */
  readonly maskedColumns?: readonly string[];
  /** In bytes. */
  readonly sizeLimit?: number;
  /** Unique id of the seed, for its diagnostics. */
  readonly node?: string;
}

/** Largest seed that is read unless options say otherwise. */
export const seedSizeLimit: number = 100 * 1024 * 1024;

/** Why a column of numbers or dates stays text: it would lose something, or mean more than one thing. */
export type TextReason =
  | 'leading-zero'
  | 'beyond-64-bit'
  | 'too-many-digits'
  | 'bare-exponent'
  | 'local-date'
  | 'no-such-date'
  | 'mixed-zones';

export type SeedType =
  | { readonly kind: 'inferred'; readonly type: PortableType; readonly keptAsText?: TextReason }
  /** `text`: an empty quoted cell is empty text, not NULL. */
  | { readonly kind: 'declared'; readonly type: string; readonly text: boolean };

export interface SeedColumn {
  readonly name: string;
  readonly type: SeedType;
}

export interface Seed {
  readonly path: string;
  readonly delimiter: string;
  readonly columns: readonly SeedColumn[];
  readonly rowCount: number;
  /**
   * Nothing in the file is read differently by engines: no carriage return, byte order mark, blank line, line that begins
   * with a backslash or very long record, and more than one column. An engine may then read it by itself.
   */
  readonly regular: boolean;
  /** SHA-256 of the bytes of the file, in hexadecimal. */
  readonly contentHash: string;
}
