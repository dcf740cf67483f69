/** Reads `format:` of project.yaml: how `tx fmt` writes SQL, and what it leaves alone. */
import * as v from 'valibot';
import type { FormatSettings } from './format-style.ts';
import { defaultFormat } from './format-style.ts';
import type { Shape } from './shape.ts';
import { either, keysOf, listOf, oneOf, optional, text } from './shape.ts';
import type { YamlNode } from './yaml/yaml-node.ts';
import { isYamlNumber, itemsOf, textOf, valueOf } from './yaml/yaml-node.ts';

const keywordCases = ['lower', 'upper', 'preserve'] as const;
const commas = ['trailing', 'leading'] as const;

const wholeNumber = (least: number, most: number): Shape => {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected), v.maxValue(most, expected));
};

export const formatShape: Shape = keysOf(
  {
    keyword_case: optional(oneOf(keywordCases)),
    indent: optional(either([wholeNumber(1, 8), v.literal('tab', '`tab`')], 'a whole number from 1 to 8, or `tab`')),
    comma: optional(oneOf(commas)),
    line_width: optional(wholeNumber(40, 400)),
    ignore: optional(either([text(), listOf(text('a pattern'))], 'a pattern or a list of patterns')),
  },
  'a mapping of format settings',
);

/** The settings with defaults filled in; what does not fit its shape has been reported. */
export function readFormat(project: YamlNode | undefined): FormatSettings {
  const node = valueOf(project, 'format');
  if (node === undefined) return defaultFormat;
  const indent = valueOf(node, 'indent');
  return {
    keywordCase: keywordCases.find((word) => word === textOf(node, 'keyword_case')) ?? defaultFormat.keywordCase,
    indent: textOf(node, 'indent') === 'tab' ? 'tab' : (numberOf(indent) ?? defaultFormat.indent),
    comma: commas.find((word) => word === textOf(node, 'comma')) ?? defaultFormat.comma,
    lineWidth: numberOf(valueOf(node, 'line_width')) ?? defaultFormat.lineWidth,
    ignore: textsOf(valueOf(node, 'ignore')),
  };
}

function numberOf(node: YamlNode | undefined): number | undefined {
  if (node?.kind !== 'scalar') return undefined;
  if (isYamlNumber(node.value)) return node.value.yamlNumber;
  return typeof node.value === 'number' ? node.value : undefined;
}

function textsOf(node: YamlNode | undefined): readonly string[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? itemsOf(node) : [node];
  return items.flatMap((item) => (item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : []));
}
