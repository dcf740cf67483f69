/** Fills `${NAME}` in the settings of a target from the environment, and notes which values are secret. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { YamlValue } from './project.ts';
import { secretsInSetting, secretsInUrl } from './secrets.ts';
import type { YamlNode, YamlScalar } from './yaml/yaml-node.ts';
import { blankRecord } from './yaml/ordered-record.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Interpolation {
  readonly path: string;
  /** Text of the file, for exact places. */
  readonly text: string;
  readonly environment: Environment;
  readonly diagnostics: Diagnostic[];
  readonly secrets: Set<string>;
}

/** `$${`, or `${…}` up to the first `}`, or an opening that nothing closes. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)([\s\S]*))?$/;

/** The value of a setting with every `${NAME}` in it resolved; `place` names it in messages: `targets.dev.url`. */
export function interpolateValue(node: YamlNode, place: string, context: Interpolation): YamlValue {
  if (node.kind === 'list') return node.items.map((item) => interpolateValue(item, place, context));
  if (node.kind === 'map') {
    const record = blankRecord<YamlValue>();
    for (const entry of node.entries) record[entry.key] = interpolateValue(entry.value, `${place}.${entry.key}`, context);
    return record;
  }
  return typeof node.value === 'string' ? interpolateText(node, node.value, place, context) : node.value;
}

function interpolateText(node: YamlScalar, value: string, place: string, context: Interpolation): string {
  const filled: string[] = [];
  const result = value.replace(REFERENCE, (reference: string, body: string | undefined, offset: number) => {
    if (reference === '$${') return '${';
    const resolved = resolve(reference, body, { place, span: placeIn(node, value, offset, reference.length, context), context });
    if (resolved.fromEnvironment) filled.push(resolved.text);
    return resolved.text;
  });
  const key = place.slice(place.lastIndexOf('.') + 1);
  for (const secret of secretsInSetting(key, result, filled)) context.secrets.add(secret);
  for (const secret of secretsInUrl(result)) context.secrets.add(secret);
  return result;
}

interface Resolved {
  readonly text: string;
  readonly fromEnvironment: boolean;
}

function resolve(
  reference: string,
  body: string | undefined,
  at: { readonly place: string; readonly span: Span; readonly context: Interpolation },
): Resolved {
  const { place, span, context } = at;
  const match = body === undefined ? null : BODY.exec(body);
  const name = match?.[1];
  if (name === undefined) {
    context.diagnostics.push(diagnose('bad-interpolation', { text: reference }, { span }));
    return { text: '', fromEnvironment: false };
  }
  const found = context.environment[name];
  const [, , operator, rest] = match ?? [];
  // As in a shell, the forms with a colon take an empty value for none.
  if (found !== undefined && (operator === undefined || found !== '')) return { text: found, fromEnvironment: true };
  if (operator === ':-') return { text: rest ?? '', fromEnvironment: false };
  const said = operator === ':?' && rest !== undefined && rest !== '' ? rest : undefined;
  context.diagnostics.push(diagnose('environment-variable-unset', { name, place: `\`${place}\``, said }, { span }));
  return { text: '', fromEnvironment: false };
}

/** The reference itself where the file spells the text letter by letter, else the whole value. */
function placeIn(node: YamlScalar, value: string, offset: number, length: number, context: Interpolation): Span {
  const verbatim = context.text.startsWith(value, node.start);
  const { path } = context;
  return verbatim ? { path, start: node.start + offset, end: node.start + offset + length } : { path, start: node.start, end: node.end };
}
