import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../diagnostics/frame.ts';
import { plainPaint } from '../diagnostics/paint.ts';
import { createMask } from './mask.ts';

const secret = 'p@ss/w"örd\'s+é 99';

describe('createMask', () => {
  const mask = createMask([secret]);

  it.each([
    ['as it is', secret],
    ['in a URL', encodeURIComponent(secret)],
    ['in a URL with small hex digits', encodeURIComponent(secret).toLowerCase()],
    ['in a form', new URLSearchParams({ x: secret }).toString().slice(2)],
    ['in a URL that keeps reserved characters', encodeURI(secret)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in JSON inside JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in a SQL string', secret.replaceAll("'", "''")],
    ['in a SQL name or a field of CSV', secret.replaceAll('"', '""')],
    ['in Base64', Buffer.from(secret).toString('base64')],
    ['in Base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('masks a secret %s', (_, text) => {
    const masked = mask.apply(`before ${text} after ${text}`);
    expect(masked).toMatch(/^before \*\*\*\S* after \*\*\*\S*$/);
    expect(masked).not.toContain(text);
  });

  it('masks a secret inside the Base64 of a longer text, wherever it stands', () => {
    for (const before of ['', 'a', 'ab', 'user:']) {
      const encoded = Buffer.from(`${before}correct-horse-battery:more`).toString('base64');
      const masked = createMask(['correct-horse-battery']).apply(encoded);
      expect(masked).toContain('***');
      expect(masked.length).toBeLessThan(encoded.length - 20);
    }
  });

  it('masks passwords of URLs that nobody registered', () => {
    const none = createMask([]);
    expect(none.apply('cannot open postgres://tx:s3cret@db.example:5432/shop')).toBe('cannot open postgres://tx:***@db.example:5432/shop');
    expect(none.apply('postgres://tx:p@ss:word@db/shop and more')).toBe('postgres://tx:***@db/shop and more');
    expect(none.apply('postgres://db/shop?user=tx&password=s3cret&sslmode=require')).toBe(
      'postgres://db/shop?user=tx&password=***&sslmode=require',
    );
    expect(none.apply('see https://example.com:8080/a@b and a:b@c')).toBe('see https://example.com:8080/a@b and a:b@c');
  });

  it('masks every line of a secret of many lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----';
    const lines = createMask([key]);
    expect(lines.apply(`x\n${key}\ny`)).toBe('x\n***\ny');
    expect(lines.apply('error near MIIEvQIBADANBg here')).toBe('error near *** here');
  });

  it('masks a very short secret only where it stands alone', () => {
    expect(createMask(['ab']).apply('ab cabbage tab password=ab')).toBe('*** cabbage tab password=***');
  });

  it('masks a very short secret after what JSON makes of a line end, a tab or a control character', () => {
    const mask = createMask(['ab', '"x']);
    for (const before of ['\n', '\t', '\r', '\b', '\f', '\u001f', '\u001a'])
      expect(mask.apply(JSON.stringify(`pin:${before}ab, tab`))).toBe(`"pin:${JSON.stringify(before).slice(1, -1)}***, tab"`);
    expect(mask.apply(JSON.stringify(JSON.stringify({ a: 'pin:\nab' })))).toBe(JSON.stringify(JSON.stringify({ a: 'pin:\n***' })));
    expect(mask.apply('"say\\n\\"x"')).toBe('"say\\n***"');
  });

  it('takes the longest of secrets that hold each other', () => {
    expect(createMask(['abcd', 'abcdefgh']).apply('abcdefgh abcd')).toBe('*** ***');
    expect(createMask(['', 'abcdef']).apply('')).toBe('');
  });

  it('leaves no secret in any text, whatever it is made of', () => {
    const anySecret = fc.string({ minLength: 4, maxLength: 20, unit: 'grapheme-ascii' }).filter((text) => /[a-z]{3}/i.test(text));
    const around = fc.string({ unit: fc.constantFrom('1', '2', ' ', '\n', '"', '{', ':') });
    fc.assert(
      fc.property(anySecret, around, around, (hidden, before, after) => {
        const spellings = [hidden, encodeURIComponent(hidden), JSON.stringify(hidden).slice(1, -1), Buffer.from(hidden).toString('base64')];
        const masked = createMask([hidden]).apply(spellings.map((spelling) => before + spelling + after).join('\n'));
        return spellings.every((spelling) => !masked.includes(spelling));
      }),
    );
  });

  it('masks the source line of a frame', () => {
    const text = 'targets:\n  prod: { type: postgres, password: hunter22, hots: db }\n';
    const start = text.indexOf('hots');
    const frame = renderDiagnostic(
      {
        code: 'unknown-key',
        severity: 'error',
        message: 'unknown key `hots`',
        notes: [],
        span: { path: 'project.yaml', start, end: start + 4 },
      },
      { paint: plainPaint, unicode: true, width: 60, sources: (path) => ({ path, text }), findSecrets: createMask(['hunter22']).find },
    );
    expect(frame).toBe(`error unknown-key  project.yaml:2:47
  unknown key \`hots\`
    1 │ targets:
    2 │   prod: { type: postgres, password: ***, hots: db }
      │                                          ^^^^`);
  });
});
