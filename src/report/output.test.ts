import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createMask } from './mask.ts';
import { createOutput, maskSecrets } from './output.ts';
import type { Output, OutputSettings, TextStream } from './output.ts';
import { styleOf } from './style.ts';

class FakeStream extends EventEmitter {
  text = '';
  isTTY = true;
  columns = 90;
  broken: Error | undefined;

  write(text: string): boolean {
    if (this.broken !== undefined) throw this.broken;
    this.text += text;
    return true;
  }
}

function open(
  env: OutputSettings['env'] = {},
  more: Partial<OutputSettings> = {},
): { output: Output; stdout: FakeStream; stderr: FakeStream } {
  const stdout = new FakeStream();
  const stderr = new FakeStream();
  const streams: { stdout: TextStream; stderr: TextStream } = { stdout, stderr };
  return { output: createOutput(streams, { env, ...more }), stdout, stderr };
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('createOutput', () => {
  it('writes to two streams and knows what each can show', () => {
    const { output, stdout, stderr } = open();
    stdout.isTTY = false;
    output.stdout.write('result\n');
    output.stderr.write('progress\n');
    expect([stdout.text, stderr.text]).toEqual(['result\n', 'progress\n']);
    expect(output.stderr).toMatchObject({ isTty: true, colour: true, unicode: true, columns: 90 });
    stderr.columns = 40;
    expect(output.stderr.columns).toBe(40);
    stderr.columns = 0;
    expect(output.stderr.columns).toBe(100);
  });

  it.each<[OutputSettings['env'], Partial<Output['stderr']>]>([
    [{ NO_COLOR: '1' }, { colour: false, isTty: true }],
    [{ NO_COLOR: '', FORCE_COLOR: '1' }, { colour: true }],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, { colour: false }],
    [{ FORCE_COLOR: '0' }, { colour: false }],
    [{ TERM: 'dumb' }, { colour: false, isTty: false, unicode: false }],
    [{ CI: 'true' }, { isTty: false, colour: true }],
    [{ CI: 'false' }, { isTty: true }],
    [{ COLUMNS: '55' }, { columns: 55 }],
    [{ COLUMNS: 'wide' }, { columns: 90 }],
    [{ LANG: 'C' }, { unicode: false }],
    [{ LANG: 'C', LC_ALL: 'en_US.UTF-8' }, { unicode: true }],
    [{ LANG: 'de_DE.utf8' }, { unicode: true }],
  ])('honours %o', (env, expected) => {
    expect(open(env).output.stderr).toMatchObject(expected);
  });

  it('cuts tables for a terminal, and to the columns that are asked for', () => {
    const pipe: TextStream = { write: () => true, on: () => undefined };
    const open = (stream: TextStream, env: OutputSettings['env']) => createOutput({ stdout: stream, stderr: pipe }, { env }).stdout;
    expect(open(pipe, {}).tableColumns).toBe(Number.POSITIVE_INFINITY);
    expect(open(pipe, { COLUMNS: '70' }).tableColumns).toBeUndefined();
    expect(open({ ...pipe, isTTY: true, columns: 90 }, {}).tableColumns).toBeUndefined();
    const mask = createMask([]);
    expect(maskSecrets(createOutput({ stdout: pipe, stderr: pipe }, { env: {} }), mask).stdout.tableColumns).toBe(Number.POSITIVE_INFINITY);
  });

  it('has no colour and no animation in a pipe, unless colour is forced', () => {
    const pipe: TextStream = { write: () => true, on: () => undefined };
    expect(createOutput({ stdout: pipe, stderr: pipe }, { env: {} }).stdout).toMatchObject({ isTty: false, colour: false, columns: 100 });
    expect(createOutput({ stdout: pipe, stderr: pipe }, { env: { FORCE_COLOR: '1' } }).stdout.colour).toBe(true);
  });

  it('falls silent when the reader went away, and tells of any other failure once', () => {
    const failures: string[] = [];
    const { output, stdout, stderr } = open({}, { onError: (error) => failures.push(error.message) });
    stdout.emit('error', withCode('EPIPE'));
    output.stdout.write('more');
    expect([stdout.text, failures]).toEqual(['', []]);
    stderr.broken = withCode('ENOSPC');
    output.stderr.write('more');
    stderr.emit('error', withCode('ENOSPC'));
    expect(failures).toEqual(['ENOSPC']);
  });
});

describe('maskSecrets', () => {
  it('masks what goes through either channel and leaves the rest as it is', () => {
    const { output, stdout, stderr } = open();
    const masked = maskSecrets(output, createMask(['hunter22']));
    masked.stdout.write('a hunter22 b');
    masked.stderr.write('postgres://tx:other@host');
    expect([stdout.text, stderr.text]).toEqual(['a *** b', 'postgres://tx:***@host']);
    expect(masked.stderr).toMatchObject({ isTty: true, colour: true, columns: 90 });
  });
});

describe('styleOf', () => {
  it('gives colours only to channels that show them', () => {
    expect(styleOf({ colour: true, unicode: true, columns: 80 }).paint.red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(styleOf({ colour: false, unicode: true, columns: 80 }).paint.red('x')).toBe('x');
  });
});
