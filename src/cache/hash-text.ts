/** A number for a text, the same in every process. */

/** FNV-1a over the code units, with its upper bits mixed into the lower ones, which tables look at. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) | 0;
}
