/** The pieces that a template is cut into before it is laid out again. */
import type { FormatRefusal } from '../diagnostics/codes/format.ts';

export type PieceKind =
  /** A bare word, a number, a string, a quoted name. */
  | 'word'
  | 'number'
  | 'string'
  | 'name'
  /** Holds template tags, or text that stays as it is: stands for a value. */
  | 'opaque'
  /** `+`, `->>`, `||`; also `:=`. */
  | 'operator'
  /** `( ) [ ] { } , ; . : ::` */
  | 'sign'
  /** Ends its line. */
  | 'end-comment'
  /** Stands between code on one line. */
  | 'inner-comment'
  /** Has a line of its own: a comment, a statement of the template, a value that may be anything. */
  | 'own-line'
  | 'open-tag'
  | 'else-tag'
  | 'close-tag'
  /** A block whose body has nothing to do with the SQL around it: the definition of a macro. */
  | 'island';

/** A stretch of the template. Between two of them there is only white space. */
export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
  readonly start: number;
  /** Nothing stands between this and the piece before. */
  readonly glued: boolean;
  /** Line ends between this and the piece before. */
  readonly newlines: number;
  /** An own line that is a comment of the SQL. */
  readonly comment?: boolean;
  /** What an island consists of. */
  readonly island?: Island;
}

export interface Island {
  readonly open: string;
  readonly body: readonly Piece[];
  readonly close: string;
}

/** Why a template cannot be formatted, and where. */
export interface Refusal {
  readonly why: FormatRefusal;
  readonly start: number;
  readonly end: number;
}

/** Whether a piece takes part in the SQL. */
export function isCode(piece: Piece): boolean {
  switch (piece.kind) {
    case 'word':
    case 'number':
    case 'string':
    case 'name':
    case 'opaque':
    case 'operator':
    case 'sign':
      return true;
    default:
      return false;
  }
}
