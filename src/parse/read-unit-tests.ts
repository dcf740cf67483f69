/** Reads unit tests in YAML. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/span.ts';
import type { Located, YamlValue } from '../project/project.ts';
import { startConfig, takeConfig } from '../project/read-config.ts';
import { blankRecord } from '../project/yaml/ordered-record.ts';
import type { YamlEntry, YamlNode, YamlScalar } from '../project/yaml/yaml-node.ts';
import { entriesOf, entryOf, isYamlNumber, itemsOf, keySpan, spanOf, textOf, toYamlValue, valueOf } from '../project/yaml/yaml-node.ts';
import { placeInBlock } from './block-place.ts';
import { readCsvFixture } from './read-csv-fixture.ts';
import type { PropertyContext } from './read-tests.ts';
import type {
  Fixture,
  FixtureCell,
  FixtureColumn,
  FixtureRow,
  GivenInput,
  UnitOverrides,
  UnitTestDefinition,
} from './unit-test-definition.ts';

/** The text of the file tells where the lines of a block stand. */
export interface UnitTestContext extends PropertyContext {
  readonly text: string;
}

/** One unit test, or undefined where it lacks what it cannot do without. */
export function readUnitTest(node: YamlNode, context: UnitTestContext): UnitTestDefinition | undefined {
  const { path } = context;
  const name = locatedText(node, 'name', path);
  const model = locatedText(node, 'model', path);
  const expected = valueOf(node, 'expect');
  if (name === undefined || name.value === '' || model === undefined || model.value === '' || expected === undefined) return undefined;
  const reader = startConfig(path, 'unit_test', context.diagnostics);
  for (const entry of entriesOf(node)) if (entry.key === 'meta' || entry.key === 'tags') takeConfig(reader, entry);
  for (const entry of entriesOf(valueOf(node, 'config'))) takeConfig(reader, entry, entry.key, `config.${entry.key}`);
  return {
    name: name.value,
    span: name.span,
    path,
    description: textOf(node, 'description') ?? '',
    model,
    given: itemsOf(valueOf(node, 'given')).flatMap((item) => readInput(item, context) ?? []),
    expect: readFixture(expected, context),
    overrides: readOverrides(valueOf(node, 'overrides'), path),
    config: reader.config,
  };
}

function locatedText(node: YamlNode | undefined, key: string, path: string): Located<string> | undefined {
  const value = valueOf(node, key);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? { value: value.value, span: spanOf(path, value) } : undefined;
}

function readInput(node: YamlNode, context: UnitTestContext): GivenInput | undefined {
  const input = locatedText(node, 'input', context.path);
  return input === undefined || input.value === '' ? undefined : { input, fixture: readFixture(node, context) };
}

const noRows: Fixture = { kind: 'rows', columns: [], rows: [] };

/** The rows of a mapping with `rows`, `format` and `fixture`. */
function readFixture(node: YamlNode, context: UnitTestContext): Fixture {
  const { path, diagnostics } = context;
  const rows = entryOf(node, 'rows');
  const file = locatedText(node, 'fixture', path);
  const format = textOf(node, 'format');
  const complain = (problem: string, span: Span): Fixture => {
    diagnostics.push(diagnose('fixture-content', { problem }, { span }));
    return noRows;
  };
  const hasRows = rows !== undefined && valueOf(node, 'rows') !== undefined;
  if (file !== undefined) {
    if (hasRows) return complain('`rows` and `fixture` both give rows', keySpan(path, rows));
    if (format === 'dict') return complain('`fixture` names a file, which is `csv` or `sql`', file.span);
    return fileFixture(file, format);
  }
  if (rows === undefined || !hasRows) {
    const isEmpty = rows !== undefined && (format ?? 'dict') === 'dict';
    return isEmpty ? noRows : complain('neither `rows` nor `fixture` gives any rows', spanOf(path, node));
  }
  const { value } = rows;
  if (value.kind === 'list') {
    return format === undefined || format === 'dict'
      ? readRows(value.items, path)
      : complain(`\`${format}\` is text, and \`rows\` is a list`, spanOf(path, value));
  }
  if (value.kind !== 'scalar' || typeof value.value !== 'string') return noRows;
  const span = spanOf(path, value);
  if (format === 'sql') return { kind: 'query', sql: value.value, span };
  if (format !== 'csv') return complain('`rows` is text without `format: csv` or `format: sql`', span);
  const csv = readCsvFixture(value.value, placeInBlock({ path, text: context.text, node: value, value: value.value }));
  diagnostics.push(...csv.diagnostics);
  return csv.value;
}

/** A file by its name, with or without what it ends in. */
function fileFixture({ value, span }: Located<string>, format: string | undefined): Fixture {
  const [, stem = value, ending] = /^(.*)\.(csv|sql)$/i.exec(value) ?? [];
  return { kind: 'file', name: stem, format: (format ?? ending?.toLowerCase()) === 'sql' ? 'sql' : 'csv', span };
}

/** Rows as mappings: the columns are those of all rows, in the order of their first mention. */
function readRows(items: readonly YamlNode[], path: string): Fixture {
  const columns = new Map<string, FixtureColumn>();
  for (const item of items)
    for (const entry of entriesOf(item))
      if (!columns.has(entry.key)) columns.set(entry.key, { name: entry.key, span: keySpan(path, entry) });
  const names = [...columns.keys()];
  const rows = items.flatMap((item): readonly FixtureRow[] => {
    if (item.kind !== 'map') return [];
    const entries = new Map<string, YamlEntry>(item.entries.map((entry) => [entry.key, entry]));
    const cells = names.map((name) => {
      const entry = entries.get(name);
      return entry === undefined ? null : readCell(entry.value, path);
    });
    return [{ cells, span: spanOf(path, item) }];
  });
  return { kind: 'rows', columns: [...columns.values()], rows };
}

function readCell(node: YamlNode, path: string): FixtureCell {
  const span = spanOf(path, node);
  if (node.kind !== 'scalar') return { text: JSON.stringify(plainValue(toYamlValue(node))), nested: true, span };
  const { value } = node;
  if (value === null || typeof value === 'string') return { text: value, span };
  return { text: scalarText(value), bare: true, span };
}

function scalarText(value: Exclude<YamlScalar['value'], null>): string {
  return isYamlNumber(value) ? value.text : String(value);
}

/** A value as JSON has it. */
function plainValue(value: YamlValue): unknown {
  if (isYamlNumber(value)) return value.yamlNumber;
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(plainValue); // What is narrowed to a list of anything is a list of these.
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
  return value;
}

function readOverrides(node: YamlNode | undefined, path: string): UnitOverrides {
  const vars = blankRecord<YamlValue>();
  for (const { key, value } of entriesOf(valueOf(node, 'vars'))) vars[key] = toYamlValue(value);
  const macros = blankRecord<Located<YamlValue>>();
  let isIncremental = false;
  for (const entry of entriesOf(valueOf(node, 'macros'))) {
    const value = toYamlValue(entry.value);
    if (entry.key === 'is_incremental') isIncremental = value === true;
    else macros[entry.key] = { value, span: keySpan(path, entry) };
  }
  const interval = valueOf(node, 'interval');
  const [start, end] = [locatedText(interval, 'start', path), locatedText(interval, 'end', path)];
  const runStartedAt = locatedText(node, 'run_started_at', path);
  return {
    vars,
    macros,
    isIncremental,
    ...(runStartedAt === undefined ? {} : { runStartedAt }),
    ...(start === undefined || end === undefined ? {} : { interval: { start, end } }),
  };
}

/** Names that two columns of one fixture have. */
export function findDoubleColumns(columns: readonly FixtureColumn[], fold: (name: string) => string): readonly Diagnostic[] {
  const seen = new Set<string>();
  return columns.flatMap(({ name, span }) => {
    const isDouble = seen.has(fold(name));
    seen.add(fold(name));
    return isDouble ? [diagnose('fixture-content', { problem: `column \`${name}\` is given twice` }, { span })] : [];
  });
}
