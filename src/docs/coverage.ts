/** How much of a project is described and tested. */
import { columnsOf } from './columns.ts';
import type { Site, SiteNode } from './site.ts';

/** A share: so many of so many. */
export interface Share {
  readonly part: number;
  readonly whole: number;
}

export interface Coverage {
  /** Nodes and columns with a description, an inherited one included. */
  readonly documented: Share;
  /** Models, seeds and sources that at least one test looks at. */
  readonly tested: Share;
  /** The nodes that lack something, by label. */
  readonly gaps: readonly CoverageGap[];
}

export interface CoverageGap {
  readonly node: SiteNode;
  readonly isDescribed: boolean;
  readonly undescribedColumns: number;
  readonly isTested: boolean;
}

/** Whole percent, rounded down: 100 means all. Nothing to cover is covered. */
export function percentOf({ part, whole }: Share): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 100);
}

export function measureCoverage(site: Site): Coverage {
  let [described, describable, tested, testable] = [0, 0, 0, 0];
  const gaps: CoverageGap[] = [];
  for (const node of site.listed) {
    const columns = node.kind === 'exposure' ? [] : columnsOf(site, node);
    const undescribedColumns = columns.filter(({ description }) => description === '').length;
    const isDescribed = node.node.description !== '';
    describable += columns.length + 1;
    described += columns.length - undescribedColumns + (isDescribed ? 1 : 0);
    const isTestable = node.kind !== 'exposure';
    const isTested = !isTestable || site.testsOf(node.id).length > 0;
    if (isTestable) testable += 1;
    if (isTestable && isTested) tested += 1;
    if (!isDescribed || undescribedColumns > 0 || !isTested) gaps.push({ node, isDescribed, undescribedColumns, isTested });
  }
  return { documented: { part: described, whole: describable }, tested: { part: tested, whole: testable }, gaps };
}
