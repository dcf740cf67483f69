/** Takes out of foreign text what a terminal would obey instead of show. */

// Control sequences (CSI), strings with an end mark (OSC, DCS, SOS, PM, APC) and short escapes, in their 7-bit and 8-bit forms.
const ESCAPES =
  // eslint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[\u0020-\u002f]*[\u0030-\u007e]?/g;

// Control characters but tab and newline, and marks that change the direction in which text reads.
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

// eslint-disable-next-line no-control-regex
const SUSPECT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** `text` without escape sequences, control characters and direction marks. Line breaks become `\n`; tabs stay. */
export function plain(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(CONTROLS, '');
}

/** {@link plain} text on one line: line breaks and tabs become single spaces. */
export function plainLine(text: string): string {
  return plain(text)
    .replace(/\s*\n\s*|\t/g, ' ')
    .trim();
}
