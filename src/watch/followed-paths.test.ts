import { describe, expect, it } from 'vitest';
import { followedPaths, isFollowedFile, isInside, isOnTheWay, sameFollowed, usualPaths } from './followed-paths.ts';

const paths = {
  models: ['models', 'core/models'],
  macros: ['macros'],
  seeds: ['seeds'],
  tests: ['tests'],
  docs: ['models'],
  snapshots: ['snapshots'],
  target: 'out',
};

describe('paths that are followed', () => {
  const followed = followedPaths(paths);

  it('are files of the project with an ending that means something', () => {
    for (const path of [
      'models/a.sql',
      'core/models/deep/b.yaml',
      'seeds/c.csv',
      'macros/lib/d.mjs',
      'models/text.MD',
      'project.yaml',
      '.env',
      'selectors.yml',
    ])
      expect(isFollowedFile(path, followed), path).toBe(true);
  });

  it('are none that editors leave behind, that are made, hidden or elsewhere', () => {
    const others = [
      'models/a.sql~',
      'models/.a.sql.swp',
      'models/4913',
      'models/#a.sql#',
      'out/compiled/models/a.sql',
      'models/.git/x.sql',
    ];
    for (const path of [
      ...others,
      'node_modules/p/models/a.sql',
      'models/node_modules/p.sql',
      'data/x.csv',
      'README.md',
      'warehouse.duckdb',
    ])
      expect(isFollowedFile(path, followed), path).toBe(false);
  });

  it('lead through the folders above them, and through no other', () => {
    expect(['', 'core', 'core/models', 'models/deep', '.env'].every((path) => isOnTheWay(path, followed))).toBe(true);
    expect(['data', 'core/other', 'out', 'node_modules', '.git'].some((path) => isOnTheWay(path, followed))).toBe(false);
  });

  it('are everything where the root itself holds models', () => {
    const root = { folders: ['.'], target: 'target' };
    expect(isInside('any/where.sql', root)).toBe(true);
    expect(isInside('target/where.sql', root)).toBe(false);
  });

  it('of a project that says nothing of its folders are the usual ones', () => {
    const usual = {
      models: ['models'],
      macros: ['macros'],
      seeds: ['seeds'],
      tests: ['tests'],
      docs: ['docs'],
      snapshots: ['snapshots'],
      target: 'target',
    };
    expect(sameFollowed(followedPaths(usual), usualPaths)).toBe(true);
    expect(sameFollowed(followed, usualPaths)).toBe(false);
  });
});
