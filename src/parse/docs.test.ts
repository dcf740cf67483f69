import { describe, expect, it } from 'vitest';
import { parseDocs } from './docs.ts';

function messages(text: string): readonly string[] {
  return parseDocs({ path: 'docs/a.md', text }).diagnostics.map((entry) => entry.message);
}

describe('parseDocs', () => {
  it('finds blocks with the place of their name, and leaves other text alone', () => {
    const text = '# Title {{ not ours }}\n{{#docs "net amount"}}\nAfter *discounts*.\n{{/docs}}\n\n{{~#docs \'two\'~}} x {{/docs}}\n';
    const { value, diagnostics } = parseDocs({ path: 'docs/a.md', text });
    expect(diagnostics).toEqual([]);
    expect(value.blocks.map((block) => [block.name, block.text, text.slice(block.nameSpan.start, block.nameSpan.end)])).toEqual([
      ['net amount', 'After *discounts*.', 'net amount'],
      ['two', 'x', 'two'],
    ]);
  });

  it('names the line of a block that is not closed', () => {
    expect(messages('text\n\n{{#docs "a"}} never closed')).toEqual(['doc block `a`, opened on line 3, is not closed']);
  });

  it('refuses blocks in blocks, stray ends, missing names and dbt spelling', () => {
    expect(messages('{{#docs "a"}}{{#docs "b"}}{{/docs}}')).toEqual(['`{{#docs "b"}}` does not belong here']);
    expect(messages('{{/docs}}{{#docs}}')).toEqual(['`{{/docs}}` does not belong here', '`{{#docs}}` does not belong here']);
    expect(messages('{% docs a %}')).toEqual(['`{% docs a %}` does not belong here']);
  });
});
