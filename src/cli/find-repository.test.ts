import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../project/memory-files.ts';
import { findRepository } from './find-repository.ts';

function addressOf(url: string, root = '/projects/shop', head = 'ref: refs/heads/main\n'): string | undefined {
  const files = memoryFiles({
    '/projects/shop/.git/HEAD': head,
    '/projects/shop/.git/config': `[core]\n\tbare = false\n[remote "backup"]\n\turl = https://github.com/other/one\n[remote "origin"]\n\turl = ${url}\n\tfetch = +refs\n`,
    '/projects/shop/dwh/project.yaml': '',
  });
  return findRepository({ files }, root)?.('models/a b.sql');
}

describe('the address of a file', () => {
  const file = 'https://github.com/team/shop/edit/main/models/a%20b.sql';

  it.each([
    'https://github.com/team/shop.git',
    'https://ann:ghp_secret@github.com/team/shop',
    'git@github.com:team/shop.git',
    'ssh://git@github.com:22/team/shop.git',
  ])('follows from %s, without credentials', (url) => {
    expect(addressOf(url)).toBe(file);
  });

  it('is that of the forge, the branch and the folder of the project', () => {
    expect(addressOf('git@gitlab.example.com:data/team/shop.git', '/projects/shop/dwh', 'ref: refs/heads/feature/x\n')).toBe(
      'https://gitlab.example.com/data/team/shop/-/edit/feature/x/dwh/models/a%20b.sql',
    );
  });

  it('is not known for other hosts, for no branch, and outside of a repository', () => {
    expect(addressOf('https://git.example.com/team/shop')).toBeUndefined();
    expect(addressOf('/srv/git/shop.git')).toBeUndefined();
    expect(addressOf('git@github.com:team/shop.git', '/projects/shop', '0123456789abcdef\n')).toBeUndefined();
    expect(addressOf('git@github.com:team/shop.git', '/elsewhere')).toBeUndefined();
  });
});
