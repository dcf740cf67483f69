/** Reads the variables that a flag gives. */
import type { Outcome } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import { describeValue } from './shape.ts';
import type { Vars } from './vars.ts';
import { readVars } from './vars.ts';
import { parseYaml } from './yaml/parse-yaml.ts';
import { blankRecord } from './yaml/ordered-record.ts';
import { entriesOf, keySpan, spanOf, toYamlValue } from './yaml/yaml-node.ts';

/** Reads the YAML mapping given to a flag; `source.path` is the flag's name, so that problems can be shown in its text. */
export function parseVars(source: SourceFile): Outcome<Vars> {
  const { value: node, diagnostics } = parseYaml(source);
  if (node === undefined || node.kind === 'map') {
    const glued = entriesOf(node).filter(({ key, value }) => key.includes(':') && value.start === value.end);
    const refused = glued.map((entry) => {
      const problem = {
        key: source.path,
        expected: 'a mapping with a space behind each colon, such as `{v: 2}`',
        found: `\`${entry.key}\``,
      };
      return diagnose('wrong-value', problem, { span: keySpan(source.path, entry) });
    });
    return { value: readVars(source.path, node), diagnostics: [...diagnostics, ...refused] };
  }
  const wrong = { key: source.path, expected: 'a mapping such as `{start_date: 2024-01-01}`', found: describeValue(toYamlValue(node)) };
  return { value: blankRecord(), diagnostics: [...diagnostics, diagnose('wrong-value', wrong, { span: spanOf(source.path, node) })] };
}
