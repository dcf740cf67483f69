/** Names of pages and of places in them: made of names that users chose, and good on every file system and in every URL. */

/** Names of devices, which Windows gives away for no file. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
const longest = 100;

/** A short number for a text, as letters and digits. Not a secret, only a way to tell names apart. */
function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995) + (b >>> 13);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

/** The name of a file for `name`: the name itself where that is safe everywhere. */
export function fileName(name: string): string {
  if (/^[a-z0-9_][a-z0-9_.-]*$/.test(name) && name.length <= longest && !name.endsWith('.') && !device.test(name)) return name;
  const kept = name.replaceAll(/[^A-Za-z0-9_]+/g, '-').slice(0, 60);
  return `${kept.toLowerCase()}--${fingerprint(name)}`;
}

/** The id of a column's row on the page of its node. */
export function columnAnchor(column: string): string {
  return `c-${/^[A-Za-z0-9_]+$/.test(column) ? column : fingerprint(column)}`;
}
