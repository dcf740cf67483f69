import { describe, expect, it } from 'vitest';
import { foldFolders } from './fold-folders.ts';

const areas = (layer: string, count: number): string[] => Array.from({ length: count }, (_, at) => `models/${layer}/area_${at}`);

describe('folders of an overview', () => {
  it('stand for themselves while they are few', () => {
    const fold = foldFolders(['models', ...areas('staging', 30), ...areas('marts/finance', 20)]);
    expect(['models', 'models/staging/area_7', 'models/marts/finance/area_3'].map(fold)).toEqual([
      'models',
      'models/staging/area_7',
      'models/marts/finance/area_3',
    ]);
  });

  it('stand for what is below them where there are many, at the deepest level that still can be read', () => {
    const fold = foldFolders(['models', ...areas('staging', 60), ...areas('marts/finance', 40)]);
    expect(['models', 'models/staging/area_7', 'models/marts/finance/area_3'].map(fold)).toEqual(['models', 'models/staging', 'models/marts']);
    const below = foldFolders(areas('marts/finance', 50).concat(Array.from({ length: 5 }, (_, at) => `models/marts/finance/area_1/part_${at}/x`)));
    expect(below('models/marts/finance/area_1/part_3/x')).toBe('models/marts/finance/area_1/part_3/x');
  });

  it('are the uppermost where even these are many', () => {
    const fold = foldFolders(Array.from({ length: 100 }, (_, at) => `top_${at}/inside`));
    expect(fold('top_5/inside')).toBe('top_5');
  });
});
