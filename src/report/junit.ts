/** Writes what a run came to as JUnit's XML, which CI systems show. No row values but those of unit tests, which are made up. */
import { plainUnitDiff } from './unit-diff-text.ts';
import { plain } from '../diagnostics/plain.ts';
import type { NodeResult, RunResult } from '../execute/events.ts';

/** Takes what must not be shown out of a text. XML would spell a secret in its own way, so this comes first. */
type Hide = (text: string) => string;

/** The document, its texts without what `hide` takes out. A suite for each kind of node: tests are cases, and so are models, seeds and snapshots. */
export function renderJunit(result: RunResult, hide: Hide): string {
  const kinds = [
    ['seeds', 'seed'],
    ['snapshots', 'snapshot'],
    ['models', 'model'],
    ['tests', 'test'],
  ] as const;
  const suites = kinds.flatMap(([name, kind]) => {
    const nodes = result.results.filter((node) => node.resourceType === kind);
    return nodes.length === 0 ? [] : [suite(name, nodes, { startedAt: result.startedAt, hide })];
  });
  const head = `<testsuites${attributes({ name: `tx ${result.command}`, ...counts(result.results), time: seconds(result.durationMs) })}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${[head, ...suites, '</testsuites>'].join('\n')}\n`;
}

function suite(name: string, nodes: readonly NodeResult[], run: { readonly startedAt: string; readonly hide: Hide }): string {
  const time = nodes.reduce((sum, node) => sum + node.durationMs, 0);
  const skipped = nodes.filter(isSkipped).length;
  // The form has no place for a zone.
  const timestamp = run.startedAt.replace(/\.\d+Z$|Z$/, '');
  const head = `  <testsuite${attributes({ name, ...counts(nodes), skipped, time: seconds(time), timestamp })}>`;
  return [head, ...nodes.map((node) => testCase(node, run.hide)), '  </testsuite>'].join('\n');
}

function counts(nodes: readonly NodeResult[]): Readonly<Record<string, number>> {
  const of = (status: NodeResult['status']): number => nodes.filter((node) => node.status === status).length;
  return { tests: nodes.length, failures: of('fail'), errors: of('error') };
}

const isSkipped = ({ status }: NodeResult): boolean => status === 'skipped' || status === 'cancelled';

function testCase(node: NodeResult, hide: Hide): string {
  const { durationMs } = node;
  const [name, path] = [hide(node.name), hide(node.path)];
  const head = `    <testcase${attributes({ name, classname: path, file: path, time: seconds(durationMs) })}`;
  const inside = outcome(node, hide);
  return inside === '' ? `${head}/>` : `${head}>\n      ${inside}\n    </testcase>`;
}

function outcome(node: NodeResult, hide: Hide): string {
  const { status, diagnostics, skippedBecause } = node;
  const message = hide(node.message ?? status);
  const type = diagnostics[0]?.code ?? node.materialization;
  switch (status) {
    case 'fail':
      return element('failure', { message, type }, node.diff === undefined ? '' : hide(plainUnitDiff(node.diff)));
    case 'error':
      return element('error', { message, type });
    case 'skipped':
    case 'cancelled':
      return element('skipped', { message: skippedBecause === undefined ? status : hide(`${skippedBecause} failed`) });
    case 'warn':
      // A warning hides nowhere, but it fails nothing either.
      return `<system-out>${escape(`warning: ${message}`)}</system-out>`;
    default:
      return '';
  }
}

function element(name: string, values: Readonly<Record<string, string>>, text = ''): string {
  return text === '' ? `<${name}${attributes(values)}/>` : `<${name}${attributes(values)}>${escape(text)}</${name}>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\t': '&#9;' };

/** Halves of characters beyond the first plane. */
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Control characters have no place in XML, not even escaped; nor have halves of characters. */
function escape(text: string): string {
  return plain(text)
    .replaceAll(HALVES, '\ufffd')
    .replaceAll(/[&<>"\n\t]/g, (character) => entities[character] ?? character)
    .replaceAll(/[\ufffe\uffff]/g, '');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
