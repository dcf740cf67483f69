/** Reads the `{{config …}}` of a file before anything is rendered: refs need every model's schema and alias first. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Call, Template, TemplateNode, Expression } from '../parse/template.ts';
import type { ConfigResource } from '../project/config-keys.ts';
import { configSpellings, findConfigKey, readConfigValue } from '../project/config-keys.ts';
import type { Located, YamlValue } from '../project/project.ts';
import { blockCondition } from './block-forms.ts';
import type { NodeId } from './compiled.ts';
import type { Frame } from './evaluate.ts';
import { evaluate, evaluateArgument } from './evaluate.ts';
import { openFrame } from './render.ts';
import { defineName, openScope } from './scope.ts';
import type { Environment } from './session.ts';
import { Session } from './session.ts';
import { describeKind, failed, toYaml } from './values.ts';

export interface FileConfig {
  /** By canonical key; values in canonical form. */
  readonly values: Readonly<Record<string, Located<YamlValue>>>;
  readonly diagnostics: readonly Diagnostic[];
  /** Keys of which something was said that cannot be taken: what it should have been, nobody knows. */
  readonly refused: ReadonlySet<string>;
}

export interface ConfiguredFile {
  readonly template: Template;
  readonly resource: ConfigResource;
  readonly node: NodeId;
}

const noConfig: FileConfig = Object.freeze({ values: Object.freeze({}), diagnostics: Object.freeze([]), refused: new Set<string>() });

/** Evaluates the config calls of one file, those in `{{#if}}` too. */
export function readFileConfig(file: ConfiguredFile, environment: Environment): FileConfig {
  if (!holdsConfig(file.template.nodes)) return noConfig;
  const session = new Session({ environment, node: file.node, place: 'config' });
  const reader: Reader = { file, session, values: {}, refused: new Set(), pending: [] };
  readNodes(file.template.nodes, openFrame(session), reader);
  return { values: reader.values, diagnostics: session.diagnostics, refused: reader.refused };
}

interface Reader {
  readonly file: ConfiguredFile;
  readonly session: Session;
  readonly values: Record<string, Located<YamlValue>>;
  readonly refused: Set<string>;
  /** Problems of values that were named before: they matter only if config needs those names. */
  readonly pending: Diagnostic[];
}

function holdsConfig(nodes: readonly TemplateNode[]): boolean {
  return findConfig(nodes) !== undefined;
}

/** The first `{{config …}}`, in blocks too. */
function findConfig(nodes: readonly TemplateNode[]): TemplateNode | undefined {
  for (const node of nodes) {
    if (node.kind === 'output' && node.expression.kind === 'call' && node.expression.name === 'config') return node;
    const inside = node.kind === 'block' ? (findConfig(node.body) ?? findConfig(node.otherwise ?? [])) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function readNodes(nodes: readonly TemplateNode[], frame: Frame, reader: Reader): void {
  for (const node of nodes) {
    if (node.kind === 'output' && node.expression.kind === 'call') {
      if (node.expression.name === 'config') readCall(node.expression, frame, reader);
      else if (node.expression.name === 'set') readSet(node.expression, frame, reader);
    } else if (node.kind === 'block' && holdsConfig([node])) readBlock(node, frame, reader);
  }
}

function readBlock(node: Extract<TemplateNode, { kind: 'block' }>, frame: Frame, reader: Reader): void {
  const { name } = node.call;
  if (name !== 'if' && name !== 'unless') {
    reader.session.report(
      'config-misplaced',
      { problem: `\`{{config}}\` stands inside \`{{#${name}}}\`` },
      findConfig([node])?.span ?? node.openSpan,
    );
    return;
  }
  const condition = watched(reader, () => blockCondition(node, frame));
  if (condition === undefined) return;
  readNodes(condition ? node.body : (node.otherwise ?? []), { ...frame, scope: openScope(frame.scope) }, reader);
}

/** Runs an evaluation that config needs; if it fails, earlier problems may be the reason and are reported with it. */
function watched<T>(reader: Reader, run: () => T): T {
  const { diagnostics } = reader.session;
  const before = diagnostics.length;
  const value = run();
  const isNameMissing = diagnostics.slice(before).some((entry) => entry.code === 'unknown-name');
  if (isNameMissing && reader.pending.length > 0) diagnostics.splice(before, diagnostics.length, ...reader.pending.splice(0));
  return value;
}

/** A value that cannot be had yet (it uses a ref) is no problem unless config asks for it. */
function readSet(call: Call, frame: Frame, reader: Reader): void {
  const [name, expression] = call.args;
  if (name?.kind !== 'literal' || typeof name.value !== 'string' || expression === undefined) return;
  const { diagnostics } = reader.session;
  const before = diagnostics.length;
  const value = evaluate(expression, frame);
  if (value === failed) reader.pending.push(...diagnostics.splice(before));
  else defineName(frame.scope, name.value, value);
}

function readCall(call: Call, frame: Frame, reader: Reader): void {
  const { session } = reader;
  const { resource } = reader.file;
  const [positional] = call.args;
  if (positional !== undefined) session.report('config-misplaced', { problem: '`config` takes named values only' }, positional.span);
  for (const entry of call.named) {
    const key = findConfigKey(resource, entry.name);
    if (key === undefined) {
      session.report('unknown-key', { key: entry.name, known: configSpellings(resource), place: '`config`' }, entry.span);
      continue;
    }
    if (reader.values[key.name] !== undefined) session.report('config-duplicate', { key: key.name }, entry.span);
    const value = watched(reader, () => evaluateArgument(entry.value, frame));
    // As in YAML: a key without a value says nothing.
    if (value === null) continue;
    const plain = value === failed ? undefined : toYaml(value);
    if (plain === undefined) reader.refused.add(key.name);
    if (value === failed) continue;
    if (plain === undefined) {
      session.report(
        'wrong-value',
        { key: entry.name, expected: 'a value known before the run', found: describeKind(value) },
        entry.value.span,
      );
      continue;
    }
    const read = readConfigValue(key.name, { value: plain, span: entry.value.span });
    for (const problem of read.diagnostics)
      session.diagnostics.push({ ...problem, ...(session.node === undefined ? {} : { node: session.node }) });
    if (read.value === undefined) reader.refused.add(key.name);
    else reader.values[key.name] = { value: plain, span: entry.value.span, ...partsOf(key.name, entry.value) };
  }
}

/** The places of columns in an array. */
function partsOf(name: string, value: Expression): Pick<Located<YamlValue>, 'parts'> {
  if (name !== 'partition_by' || value.kind !== 'call' || value.name !== 'array') return {};
  return { parts: Object.fromEntries(value.args.map(({ span }, at) => [at, span])) };
}
