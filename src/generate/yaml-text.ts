/** Writes values of YAML so that they read as the text that they are. */
import { parseYaml } from '../project/yaml/parse-yaml.ts';
import { entryOf } from '../project/yaml/yaml-node.ts';

/** A text as a value of YAML: plain where that is the same text, else in double quotes. */
export function yamlText(text: string): string {
  return isPlain(text) ? text : JSON.stringify(text);
}

/** Text without signs that YAML could understand, which reads back as itself and not as a number, a date or a truth. */
function isPlain(text: string): boolean {
  if (!/^[\p{L}_][\p{L}\p{N}_(,. )]*$/u.test(text) || text.endsWith(' ')) return false;
  // Words that older readers take for truth are quoted for them.
  if (/^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i.test(text)) return false;
  const read = entryOf(parseYaml({ path: '', text: `key: ${text}\n` }).value, 'key')?.value;
  return read?.kind === 'scalar' && read.value === text;
}
