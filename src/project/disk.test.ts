import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disk } from './disk.ts';
import { NotWritten } from './file-system.ts';
import { findProject } from './find-project.ts';
import { loadProject } from './load-project.ts';
import { readSources } from './read-sources.ts';

let folder = '';
beforeEach(() => {
  folder = disk.realPath(mkdtempSync(join(tmpdir(), 'tx-disk-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('disk', () => {
  it('replaces a file in one step and leaves no temporary file', () => {
    const path = join(folder, 'deep/er/file.txt');
    disk.writeAtomic(path, 'one');
    const reader = openSync(path, 'r');
    disk.writeAtomic(path, new TextEncoder().encode('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    // Who had it open goes on with what it was: nobody ever sees half of it.
    expect(readFileSync(reader, 'utf8')).toBe('one');
    closeSync(reader);
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['file.txt']);
  });

  it('keeps the rights of a file that it replaces, and replaces none that nobody may write', () => {
    for (const mode of [0o755, 0o600, 0o640]) {
      const path = join(folder, `with-${mode.toString(8)}.sql`);
      writeFileSync(path, 'a');
      chmodSync(path, mode);
      disk.writeAtomic(path, 'b');
      expect([statSync(path).mode & 0o777, readFileSync(path, 'utf8')]).toEqual([mode, 'b']);
    }
    const closed = join(folder, 'closed.sql');
    writeFileSync(closed, 'a');
    chmodSync(closed, 0o444);
    expect(() => disk.writeAtomic(closed, 'b')).toThrow(NotWritten);
    expect([statSync(closed).mode & 0o777, readFileSync(closed, 'utf8')]).toEqual([0o444, 'a']);
  });
  it('leaves no temporary file where the rename fails', () => {
    mkdirSync(join(folder, 'taken/x'), { recursive: true });
    expect(() => disk.writeAtomic(join(folder, 'taken'), 'text')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it.runIf(process.platform === 'linux')('gives up where the system makes no folders', () => {
    expect(() => disk.writeAtomic('/proc/tx-no-folder/deep/trace.json', 'text')).toThrow(
      /^E[A-Z]+: \/proc\/tx-no-folder\/deep\/trace\.json$/,
    );
  });

  it('makes no folder in the place of a file', () => {
    writeFileSync(join(folder, 'file'), 'text');
    expect(() => disk.writeAtomic(join(folder, 'file/deep/er.txt'), 'text')).toThrow(/^ENOTDIR: /);
    expect(() => disk.writeAtomic(join(folder, 'file/er.txt'), 'text')).toThrow(/^(EEXIST|ENOTDIR): /);
  });

  it('tells files, folders and links apart, and what is not there', () => {
    writeFileSync(join(folder, 'f'), 'abc');
    mkdirSync(join(folder, 'd'));
    symlinkSync(join(folder, 'f'), join(folder, 'l'));
    expect([...disk.list(folder)].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'd', kind: 'directory' },
      { name: 'f', kind: 'file' },
      { name: 'l', kind: 'link' },
    ]);
    expect(disk.stat(join(folder, 'l'))).toMatchObject({ kind: 'file', size: 3 });
    expect(disk.stat(join(folder, 'none'))).toBeUndefined();
    disk.remove(join(folder, 'd'));
    expect(disk.stat(join(folder, 'd'))).toBeUndefined();
  });
});

describe('a project on disk', () => {
  const yaml = 'name: a\ntargets:\n  dev: {type: filedb, path: x, schema: main}\n';
  const engines = [{ type: 'filedb', settingKeys: ['path'], requiredSettings: ['path'], checkSettings: () => [] }];

  it('is found from a folder below, and not from elsewhere', () => {
    writeFileSync(join(folder, 'project.yml'), yaml);
    mkdirSync(join(folder, 'models/deep'), { recursive: true });
    expect(findProject(join(folder, 'models/deep'), disk)).toEqual({ value: folder, diagnostics: [] });
    rmSync(join(folder, 'project.yml'));
    const lost = findProject(join(folder, 'models/deep'), disk);
    expect(lost.diagnostics.map((entry) => entry.message)).toEqual(['no project.yaml in `deep` or in any folder above it']);
  });

  it('reports links that loop or lead out', async () => {
    writeFileSync(join(folder, 'project.yaml'), yaml);
    mkdirSync(join(folder, 'models'));
    symlinkSync(folder, join(folder, 'models/up'));
    symlinkSync('self', join(folder, 'models/self'));
    symlinkSync(tmpdir(), join(folder, 'models/out'));
    const { diagnostics } = await loadProject({ root: folder, vars: {}, env: {} }, { files: disk }, engines);
    expect(diagnostics.map((entry) => entry.code)).toEqual(['link-outside-project', 'link-loop', 'link-loop']);
  });

  it.skipIf(process.getuid?.() === 0)(
    `reports what the user may not read${process.getuid?.() === 0 ? ' (the superuser may read everything)' : ''}`,
    async () => {
      writeFileSync(join(folder, 'project.yaml'), yaml);
      mkdirSync(join(folder, 'models'));
      writeFileSync(join(folder, 'models/a.sql'), 'select 1');
      chmodSync(join(folder, 'models/a.sql'), 0);
      const { value } = await loadProject({ root: folder, vars: {}, env: {} }, { files: disk }, engines);
      const { diagnostics } = readSources(folder, value?.files ?? [], disk);
      expect(diagnostics.map((entry) => entry.message)).toEqual(['cannot read `models/a.sql`: permission denied (EACCES)']);
    },
  );
});
