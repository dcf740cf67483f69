import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainPaint } from '../diagnostics/paint.ts';
import { renderDiff } from './line-diff.ts';

const style = { paint: plainPaint };
const numbered = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, at) => `${from + at}\n`).join('');

describe('a diff', () => {
  it('is empty for equal texts', () => {
    expect(renderDiff('a.sql', 'x\n', 'x\n', style)).toBe('');
  });

  it('shows three lines around each change, and far changes apart', () => {
    const before = numbered(1, 20);
    const after = before.replace('2\n', 'two\n').replace('19\n', '');
    expect(renderDiff('a.sql', before, after, style)).toBe(
      [
        '--- a.sql',
        '+++ a.sql',
        '@@ -1,5 +1,5 @@',
        ' 1',
        '-2',
        '+two',
        ' 3',
        ' 4',
        ' 5',
        '@@ -16,5 +16,4 @@',
        ' 16',
        ' 17',
        ' 18',
        '-19',
        ' 20',
      ].join('\n'),
    );
  });

  it('gives the new text when it is applied to the old one, and removes no line that is in both at the same place', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(apply(before, renderDiff('a.sql', before, after, style))).toBe(after);
      }),
    );
  });
});

/** Applies a unified diff to lines, and checks the lines that it takes for granted. */
function apply(before: string, diff: string): string {
  if (diff === '') return before;
  const old = before.split('\n').slice(0, -1);
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2)) {
    const head = /^@@ -(\d+),(\d+) /.exec(line);
    if (head !== null) {
      const start = Number(head[1]) - (head[2] === '0' ? 0 : 1);
      while (at < start) result.push(old[at++] ?? '');
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(old[at]).toBe(line.slice(1));
      if (line.startsWith(' ')) result.push(line.slice(1));
      at += 1;
    }
  }
  const text = [...result, ...old.slice(at)];
  return text.map((line) => `${line}\n`).join('');
}
