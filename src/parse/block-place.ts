/** Finds where a piece of a text stands that YAML holds as a block, indented. */
import type { Span } from '../diagnostics/span.ts';
import type { YamlNode } from '../project/yaml/yaml-node.ts';
import { spanOf } from '../project/yaml/yaml-node.ts';

interface Block {
  readonly path: string;
  /** Text of the whole file. */
  readonly text: string;
  readonly node: YamlNode;
  readonly value: string;
}

/** Turns offsets into the value into a place of the file; where the value is no plain block, the whole of it. */
export function placeInBlock({ path, text, node, value }: Block): (start: number, end: number) => Span {
  const whole = spanOf(path, node);
  const from = text.lastIndexOf('\n', node.start - 1) + 1;
  const source = text.slice(from, node.end).split('\n');
  const lines = value.split('\n');
  const first = source.findIndex((line) => line.trim() !== '' && line.trimEnd().endsWith((lines[0] ?? '').trimEnd()));
  const indent = (source[first] ?? '').length - (lines[0] ?? '').length;
  const isBlock =
    first >= 0 && indent >= 0 && lines.every((line, at) => line === '' || source[first + at]?.slice(indent).trimEnd() === line.trimEnd());
  if (!isBlock) return () => whole;
  const starts: number[] = [];
  let offset = from + source.slice(0, first).reduce((sum, line) => sum + line.length + 1, 0);
  for (const line of source.slice(first)) {
    starts.push(offset + indent);
    offset += line.length + 1;
  }
  const placeOf = (at: number): number => {
    const line = value.slice(0, at).split('\n').length - 1;
    return (starts[line] ?? whole.start) + at - (value.lastIndexOf('\n', at - 1) + 1);
  };
  return (start, end) => ({ path, start: placeOf(start), end: placeOf(end) });
}
