/** Reads `lint:` of project.yaml: which rules of `tx lint` hold, and how folders and names of the project are meant. */
import { lintRules } from '../diagnostics/codes/lint.ts';
import type { Shape } from './shape.ts';
import { either, keysOf, listOf, mapOf, oneOf, optional, text } from './shape.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { entriesOf, itemsOf, textOf, valueOf } from './yaml/yaml-node.ts';

const levels = ['off', 'warn', 'error'] as const;

export type LintLevel = (typeof levels)[number];
export type LintRule = keyof typeof lintRules;

export interface LintSettings {
  /** Rules that are not at `warn`. */
  readonly levels: Readonly<Partial<Record<LintRule, LintLevel>>>;
  /** How names of models below a folder begin. */
  readonly naming: Readonly<Record<string, readonly string[]>>;
  /** Folders in the order in which data goes through them: only the first reads sources, and none reads one behind it. */
  readonly layers: readonly string[];
  /** Folders whose models other people read. */
  readonly marts: readonly string[];
}

export const lintRuleNames: readonly LintRule[] = namesOf(lintRules);

function namesOf<K extends string>(rules: Readonly<Record<K, unknown>>): readonly K[] {
  // The keys of an object literal are those of its type.
  return Object.keys(rules) as K[];
}

export const defaultLint: LintSettings = {
  levels: {},
  naming: { staging: ['stg_', 'base_'], intermediate: ['int_'] },
  layers: ['staging', 'intermediate', 'marts'],
  marts: ['marts'],
};

const texts = (item: string): Shape => optional(either([text(), listOf(text(item))], `${item} or a list of them`));

export const lintShape: Shape = keysOf(
  {
    rules: optional(
      keysOf(
        Object.fromEntries(lintRuleNames.map((name) => [name, optional(oneOf(levels))])),
        'a mapping of rules to `off`, `warn` or `error`',
      ),
    ),
    naming: optional(
      mapOf(either([text(), listOf(text('a prefix'))], 'a prefix or a list of prefixes'), 'a mapping of folders to prefixes'),
    ),
    layers: optional(listOf(text('a folder'), 'a list of folders')),
    marts: texts('a folder'),
  },
  'a mapping of lint settings',
);

/** The settings with defaults filled in; what does not fit its shape has been reported. */
export function readLint(project: YamlNode | undefined): LintSettings {
  const node = valueOf(project, 'lint');
  if (node === undefined) return defaultLint;
  const rules = valueOf(node, 'rules');
  const layers = valueOf(node, 'layers');
  const marts = valueOf(node, 'marts');
  const naming = valueOf(node, 'naming');
  return {
    levels: Object.fromEntries(
      lintRuleNames.flatMap((rule) => {
        const level = levels.find((word) => word === textOf(rules, rule));
        return level === undefined ? [] : [[rule, level]];
      }),
    ),
    naming:
      naming === undefined ? defaultLint.naming : Object.fromEntries(entriesOf(naming).map(({ key, value }) => [key, textsOf(value)])),
    layers: layers === undefined ? defaultLint.layers : textsOf(layers),
    marts: marts === undefined ? defaultLint.marts : textsOf(marts),
  };
}

function textsOf(node: YamlNode): readonly string[] {
  const items = node.kind === 'list' ? itemsOf(node) : [node];
  return items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
}
