/** How formatted SQL looks, and what is left alone. */

export interface FormatStyle {
  readonly keywordCase: 'lower' | 'upper' | 'preserve';
  /** Spaces of one level, or a tab. */
  readonly indent: number | 'tab';
  readonly comma: 'trailing' | 'leading';
  /** Columns that a line keeps to where brackets and lists let it. */
  readonly lineWidth: number;
}

export interface FormatSettings extends FormatStyle {
  /** Patterns of paths, relative to the project, that are left alone. */
  readonly ignore: readonly string[];
}

export const defaultFormat: FormatSettings = { keywordCase: 'lower', indent: 4, comma: 'trailing', lineWidth: 100, ignore: [] };
