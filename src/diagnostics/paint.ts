/** How text may be decorated for a terminal: colours, characters and width, decided elsewhere and passed in. */

/** Functions that put colour around text; without colour each gives its text back. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const asItIs = (text: string): string => text;

/** Text without any colour. */
export const plainPaint: Paint = { bold: asItIs, dim: asItIs, red: asItIs, green: asItIs, yellow: asItIs, cyan: asItIs };

/** What a place that text goes to can show. */
export interface Style {
  readonly paint: Paint;
  /** False where only ASCII is safe. */
  readonly unicode: boolean;
  /** Columns of a line. */
  readonly width: number;
}
