/** The shape of a query, as far as rules look at it. Whatever is not understood is `unread`: then rules say nothing. */
import type { Range, Tokens } from '../code-tokens.ts';

/** Names without quotes, as they are written or in small letters. */
export interface RelationName {
  readonly parts: readonly string[];
  readonly range: Range;
}

export type JoinKind = 'first' | 'comma' | 'inner' | 'left' | 'cross' | 'other';

export interface FromItem {
  readonly join: JoinKind;
  /** Where `left`, `join` or the name begins. */
  readonly at: number;
  readonly source:
    | { readonly kind: 'relation'; readonly name: RelationName }
    | { readonly kind: 'query'; readonly query: Query }
    | { readonly kind: 'unread' };
  /** The name by which columns are qualified. */
  readonly alias: string | undefined;
  readonly on?: Range;
  readonly using?: readonly string[];
}

export interface SelectItem {
  readonly range: Range;
  /** Set for `*` and `orders.*`. */
  readonly star?: { readonly of?: string };
}

export interface Select {
  readonly kind: 'select';
  readonly range: Range;
  readonly distinct: 'no' | 'all' | 'on';
  readonly items: readonly SelectItem[];
  readonly from: readonly FromItem[];
  readonly where?: Range;
  readonly groupBy?: Range;
  readonly having?: Range;
  readonly qualify?: Range;
  /** It has a clause that leaves rows out after grouping or windows. */
  readonly filtersLater: boolean;
}

export type Branch = Select | { readonly kind: 'query'; readonly query: Query } | { readonly kind: 'unread' };

export interface CommonTable {
  readonly name: string;
  readonly query: Query;
}

export interface Query {
  readonly range: Range;
  readonly commonTables: readonly CommonTable[];
  /** Several where a set operation joins them. */
  readonly branches: readonly Branch[];
  /** From `order` up to what follows. */
  readonly orderBy?: Range;
  readonly hasLimit: boolean;
}

/** A query with its tokens and the names that are common tables somewhere in it. */
export interface ReadText {
  readonly tokens: Tokens;
  readonly query: Query;
  readonly commonNames: ReadonlySet<string>;
}

/** All queries of a text, those in brackets too, each with the common tables that it can see. */
export interface SeenQuery {
  readonly query: Query;
  readonly visible: ReadonlyMap<string, Query>;
}
