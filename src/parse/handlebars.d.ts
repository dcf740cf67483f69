/** The part of Handlebars' own parser that `tx` calls: it ships without types for this path. */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  /** Positions of a token or node as the lexer keeps them when its option `ranges` is on. */
  export interface LexerLocation {
    readonly range: readonly [number, number];
  }

  export interface ParserScope {
    locInfo: (location: LexerLocation) => unknown;
  }

  export const parser: {
    yy: ParserScope;
    readonly lexer: {
      readonly options: { ranges?: boolean };
      readonly yylloc: LexerLocation;
    };
    readonly parse: (input: string) => unknown;
  };

  export function parseWithoutProcessing(input: string): unknown;
}
