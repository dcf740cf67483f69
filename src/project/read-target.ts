/** Chooses the target of a run and reads its settings, with `${NAME}` resolved. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { SourceFile } from '../diagnostics/span.ts';
import type { Environment, Interpolation } from './interpolate.ts';
import { interpolateValue } from './interpolate.ts';
import type { Target, YamlValue } from './project.ts';
import type { EngineSettings } from './project-shape.ts';
import { secretsInSetting, secretsInUrl } from './secrets.ts';
import type { Vars } from './vars.ts';
import { layVars, readVars } from './vars.ts';
import type { YamlEntry, YamlNode } from './yaml/yaml-node.ts';
import { blankRecord } from './yaml/ordered-record.ts';
import { entriesOf, isNull, isYamlNumber, keySpan, spanOf, textOf, valueOf } from './yaml/yaml-node.ts';

export interface TargetContext {
  readonly file: SourceFile;
  readonly project: YamlNode;
  /** From the flag or `TX_TARGET`; undefined leaves the choice to project.yaml. */
  readonly wanted: string | undefined;
  readonly flagVars: Vars;
  readonly environment: Environment;
  readonly engines: readonly EngineSettings[];
  readonly diagnostics: Diagnostic[];
  readonly secrets: Set<string>;
}

const DEFAULT_THREADS = 4;

/** The chosen target; undefined, with the reason reported, when there is none or its settings do not fit. */
export function readTarget(context: TargetContext): Target | undefined {
  for (const target of entriesOf(valueOf(context.project, 'targets'))) collectWrittenSecrets(target.value, context.secrets);
  const chosen = chooseTarget(context);
  if (chosen === undefined) return undefined;
  const type = textOf(chosen.value, 'type');
  const engine = context.engines.find((entry) => entry.type === type);
  if (engine === undefined) return undefined; // The shape of the file has said so.
  const interpolation: Interpolation = {
    path: context.file.path,
    text: context.file.text,
    environment: context.environment,
    diagnostics: context.diagnostics,
    secrets: context.secrets,
  };
  const settings = blankRecord<YamlValue>();
  const common = blankRecord<YamlValue>();
  for (const { key, value } of entriesOf(chosen.value)) {
    if (key === 'vars' || isNull(value)) continue;
    const own = engine.settingKeys.includes(key);
    (own ? settings : common)[key] = interpolateValue(value, `targets.${chosen.key}.${key}`, interpolation);
  }
  const { diagnostics } = context;
  const incomplete = diagnostics.some((entry) => entry.code === 'environment-variable-unset' || entry.code === 'bad-interpolation');
  for (const { key, message } of incomplete ? [] : engine.checkSettings(settings)) {
    const node = valueOf(chosen.value, key) ?? chosen.value;
    if (diagnostics.some((entry) => entry.code === 'wrong-value' && entry.span?.start === node.start)) continue;
    if (node !== chosen.value || !engine.requiredSettings.includes(key)) {
      diagnostics.push(
        diagnose('target-setting', { key: `targets.${chosen.key}.${key}`, message }, { span: spanOf(context.file.path, node) }),
      );
    }
  }
  const schema = common['schema'];
  if (typeof schema !== 'string') return undefined;
  const schemaNode = valueOf(chosen.value, 'schema');
  const vars = readTargetVars(chosen, context);
  const overridden = Object.fromEntries(Object.entries(context.flagVars).filter(([name]) => name in vars));
  return {
    name: chosen.key,
    span: keySpan(context.file.path, chosen),
    type: engine.type,
    schema,
    ...(schemaNode === undefined ? {} : { schemaSpan: spanOf(context.file.path, schemaNode) }),
    database: databaseName(common['database'], settings),
    threads: threadsOf(common['threads'], valueOf(chosen.value, 'threads'), context),
    schemaNaming: common['schema_naming'] === 'plain' ? 'plain' : 'suffix',
    settings,
    vars: layVars(vars, overridden),
  };
}

/** How a plain `${` is written in a target. */
const escaped = '$${';

/** What looks like a reference to the environment. */
const REFERENCE = /(?<!\$)\$\{[^}]*\}?/;

/**
 * Variables reach templates, which may not see the environment: a reference is refused, and as in the rest of a target
 * `$${` is a plain `${`.
 */
function readTargetVars({ key, value }: YamlEntry, { file, diagnostics }: TargetContext): Vars {
  const read = (node: YamlNode, place: string): void => {
    if (node.kind === 'list') for (const item of node.items) read(item, place);
    else if (node.kind === 'map') for (const entry of node.entries) read(entry.value, `${place}.${entry.key}`);
    else if (typeof node.value === 'string') {
      const found = REFERENCE.exec(node.value)?.[0];
      if (found === undefined) return;
      const message = `holds \`${found}\`, and variables are not filled from the environment: pass it with \`--vars\`, or write \`${escaped}\` if the text is meant`;
      diagnostics.push(diagnose('target-setting', { key: place, message }, { span: spanOf(file.path, node) }));
    }
  };
  const node = valueOf(value, 'vars');
  if (node !== undefined) read(node, `targets.${key}.vars`);
  const vars = blankRecord<Vars[string]>();
  for (const [name, entry] of Object.entries(readVars(file.path, node))) vars[name] = { ...entry, value: plainText(entry.value) };
  return vars;
}

function plainText(value: YamlValue): YamlValue {
  if (typeof value === 'string') return value.replaceAll(escaped, '${');
  if (typeof value !== 'object' || value === null || isYamlNumber(value)) return value;
  // `Array.isArray` does not narrow a readonly array out of the union; the branches prove what is left.
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(plainText);
  return Object.assign(
    blankRecord<YamlValue>(),
    Object.fromEntries(Object.entries(value as Readonly<Record<string, YamlValue>>).map(([name, entry]) => [name, plainText(entry)])),
  );
}

function chooseTarget(context: TargetContext): YamlEntry | undefined {
  const { project, file, wanted, diagnostics } = context;
  const targets = entriesOf(valueOf(project, 'targets'));
  const known = targets.map((entry) => entry.key);
  const byDefault = textOf(project, 'default_target');
  const name = wanted ?? byDefault ?? (known.length === 1 ? known[0] : undefined);
  if (name === undefined) {
    const entry = entriesOf(project).find(({ key }) => key === 'targets');
    if (known.length > 1) diagnostics.push(diagnose('target-not-chosen', { known }, { span: entry && keySpan(file.path, entry) }));
    return undefined;
  }
  const chosen = targets.find((entry) => entry.key === name);
  if (chosen === undefined && known.length > 0) {
    const node = wanted === undefined ? valueOf(project, 'default_target') : undefined;
    diagnostics.push(diagnose('unknown-target', { name, known }, { span: node && spanOf(file.path, node) }));
  }
  return chosen;
}

/** Secrets that stand in project.yaml itself, in any target: an error frame may show their line. */
function collectWrittenSecrets(node: YamlNode, secrets: Set<string>, key = ''): void {
  if (node.kind === 'list') for (const item of node.items) collectWrittenSecrets(item, secrets, key);
  else if (node.kind === 'map') for (const entry of node.entries) collectWrittenSecrets(entry.value, secrets, entry.key);
  else if (typeof node.value === 'string' && !node.value.includes('${')) {
    for (const secret of [...secretsInSetting(key, node.value, []), ...secretsInUrl(node.value)]) secrets.add(secret);
  }
}

function threadsOf(value: YamlValue | undefined, node: YamlNode | undefined, context: TargetContext): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || node?.kind !== 'scalar') return DEFAULT_THREADS;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  // Nothing of a value from the environment is shown, and one that is missing has been reported.
  if (value !== '') {
    const wrong = {
      key: 'threads',
      expected: 'a whole number above 0',
      found: `what \`${typeof node.value === 'string' ? node.value : value}\` stands for`,
    };
    context.diagnostics.push(diagnose('wrong-value', wrong, { span: spanOf(context.file.path, node) }));
  }
  return DEFAULT_THREADS;
}

/** The database as templates show it: what the target says, else the path of its URL, else the stem of its file. */
function databaseName(given: YamlValue | undefined, settings: Readonly<Record<string, YamlValue>>): string {
  if (typeof given === 'string') return given;
  const { url, path, database } = { url: settings['url'], path: settings['path'], database: settings['database'] };
  if (typeof database === 'string') return database;
  if (typeof url === 'string') return /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/([^/?#]+)/i.exec(url)?.[1] ?? '';
  if (typeof path !== 'string') return '';
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return file.replace(/\.[^.]*$/, '');
}
