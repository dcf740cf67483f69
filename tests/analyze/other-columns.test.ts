/**
 * Holds lineage of whole projects against the binder itself: a column of a source, seed or model is taken away or gets another
 * name, and what that breaks or changes below has to be just what lineage said would be.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Binder, BoundQuery, Stub } from '../../src/adapter/analysis.ts';
import type { Analysis, KnownColumns } from '../../src/analyze/analysis.ts';
import { relationKey } from '../../src/analyze/relation-key.ts';
import { analyzeWith, nothingSeen } from '../../src/cli/analyze-nodes.ts';
import { createHost } from '../../src/cli/host.ts';
import type { Host } from '../../src/cli/host.ts';
import { loadGraph } from '../../src/cli/load-graph.ts';
import type { LoadedGraph } from '../../src/cli/load-graph.ts';
import { createScreen } from '../../src/cli/screen.ts';
import type { NodeId } from '../../src/compile/compiled.ts';
import { descendants } from '../../src/graph/traverse.ts';
import { bug } from '../../src/diagnostics/bug.ts';
import { copyProject, REPOSITORY } from '../support/tx.ts';
import { withoutColumn, withRenamedColumn } from '../lineage/changed-stubs.ts';

const SHARED = join(REPOSITORY, '..', 'shared');
const isThere = existsSync(join(SHARED, 'data', 'aviation', 'flights-20k.json'));

interface Loaded {
  readonly host: Host;
  readonly loaded: LoadedGraph;
  /** Knows all relations as they are. */
  readonly binder: Binder;
  readonly before: Analysis;
}

async function load(folder: string): Promise<Loaded> {
  const sink = new Writable({ write: (_text, _encoding, done) => done() });
  const host = { ...createHost('0.0.0', REPOSITORY, undefined, { stdout: sink, stderr: sink }), cwd: folder };
  const loaded = await loadGraph(host, createScreen(host, { logFormat: 'text' }), { projectDir: folder });
  const adapter = await loaded.engine.load();
  const binder = (await adapter.openBinder?.({ projectRoot: folder })) ?? bug('no binder');
  const { value: before } = await analyzeWith(host, loaded, new Set(loaded.graph.nodes.keys()), { ...nothingSeen, binder, catalog });
  return { host, loaded, binder, before };
}

const catalog = (): Promise<readonly []> => Promise.resolve([]);

/** What becomes of everything below a node of which another stub is known. */
async function analyzeBelow({ host, loaded, binder, before }: Loaded, of: NodeId, change: (stub: Stub) => Stub): Promise<Analysis> {
  const below = descendants(loaded.graph, new Set([of]));
  const known = new Map(
    [...before.nodes].filter((entry): entry is [NodeId, KnownColumns] => entry[1].kind === 'known' && !below.has(entry[0])),
  );
  const stubs = [of, ...below].flatMap((id) => stubOf(loaded, before, id) ?? []);
  await binder.declare(stubs.slice(0, 1).map(change));
  const { value } = await analyzeWith(host, loaded, below, { ...nothingSeen, binder, catalog, known });
  await binder.declare(stubs);
  return value;
}

function stubOf({ graph }: LoadedGraph, { nodes }: Analysis, id: NodeId): Stub | undefined {
  const [node, found] = [graph.nodes.get(id), nodes.get(id)];
  if (found?.kind !== 'known' || node === undefined || !('relation' in node)) return undefined;
  if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') return undefined;
  return { relation: node.relation, columns: found.columns, proofs: found.proofs };
}

interface Column {
  readonly node: NodeId;
  readonly column: string;
}

/** What readers of `of` see of the column after the change: nothing, or its other name. */
type Fate = 'gone' | 'renamed';

const otherName = '_tx_other';

interface Found {
  readonly refused: number;
  readonly changed: number;
}

/** Fails where what became of a node is not what its lineage says; gives how many were refused and how many have other columns. */
function compare({ loaded, before }: Loaded, after: Analysis, { node: of, column }: Column, fate: Fate): Found {
  const { graph, engine } = loaded;
  const fold = engine.dialect.foldIdentifier;
  const key = relationKey(fold);
  const owners = new Map<string, NodeId>();
  for (const node of graph.nodes.values()) if ('relation' in node) owners.set(key(node.relation), node.id);
  /** Columns that readers do not find any more, by node. */
  const lost = new Map<NodeId, ReadonlySet<string>>([[of, new Set([fold(column)])]]);
  const blind = new Set<NodeId>();
  const found = { refused: 0, changed: 0 };
  const isLost = ({ inputs }: BoundQuery, input: number, name: string): boolean => {
    const from = inputs[input];
    const owner = from?.kind === 'relation' ? owners.get(key(from.relation)) : undefined;
    return owner !== undefined && lost.get(owner)?.has(fold(name)) === true;
  };
  const below = descendants(graph, new Set([of]));
  for (const id of graph.order) {
    const [was, is] = [before.nodes.get(id), after.nodes.get(id)];
    if (!below.has(id) || was?.kind !== 'known' || was.query === undefined) continue;
    const title = `${id} without ${of}.${column}`;
    if ((graph.parents.get(id) ?? []).some((parent) => blind.has(parent))) {
      expect(is?.kind, title).toBe('unknown');
      blind.add(id);
      continue;
    }
    const { query } = was;
    if (is?.kind === 'refused') {
      const isTouched = query.inputs.some((input, at) => input.columns.some((name) => isLost(query, at, name)));
      expect(isTouched, title).toBe(true);
      found.refused += 1;
      blind.add(id);
      continue;
    }
    if (is?.kind !== 'known' || is.query === undefined) return bug(`${title} is not known`);
    const isFrom = ({ input, column: name }: { readonly input: number; readonly column: string }): boolean => isLost(query, input, name);
    const copies = query.columns.filter(({ sources }) => sources.some((source) => source.kind === 'identity' && isFrom(source)));
    const gone = new Set(copies.map(({ name }) => name));
    // Only a star lets go of a column, or takes it under another name, without a word.
    expect(names(is), title).toEqual(query.columns.flatMap(({ name }) => (!gone.has(name) ? [name] : fate === 'gone' ? [] : [otherName])));
    const stays = query.columns.filter(({ name }) => !gone.has(name));
    expect(
      stays.filter(({ sources, influences }) => [...sources, ...influences].some(isFrom)),
      title,
    ).toEqual([]);
    expect(query.influences.filter(isFrom), title).toEqual([]);
    expect(
      is.query.columns.filter(({ name }) => name !== otherName),
      title,
    ).toEqual(stays);
    if (gone.size === 0) continue;
    lost.set(id, new Set([...gone].map(fold)));
    found.changed += 1;
  }
  return found;
}

const names = ({ columns }: KnownColumns): readonly string[] => columns.map(({ name }) => name);

/** Changes every column of every node that others read, one after the other. */
async function changeAll(project: Loaded, fate: Fate): Promise<Found & { readonly columns: number }> {
  const sum = { refused: 0, changed: 0, columns: 0 };
  for (const [id, found] of project.before.nodes) {
    const isRead = descendants(project.loaded.graph, new Set([id])).size > 0;
    if (found.kind !== 'known' || stubOf(project.loaded, project.before, id) === undefined || !isRead) continue;
    for (const { name } of found.columns) {
      const change = (stub: Stub): Stub => (fate === 'gone' ? withoutColumn(stub, name) : withRenamedColumn(stub, name, otherName));
      const { refused, changed } = compare(project, await analyzeBelow(project, id, change), { node: id, column: name }, fate);
      sum.refused += refused;
      sum.changed += changed;
      sum.columns += 1;
    }
  }
  return sum;
}

describe('the example, one column after the other', () => {
  let project: Loaded;
  let folder = '';
  beforeAll(async () => {
    folder = copyProject(REPOSITORY, ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data']);
    project = await load(folder);
  });
  afterAll(async () => {
    await project.binder.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('taken away: those fail that lineage names, all others are as they were', async () => {
    const found = await changeAll(project, 'gone');
    expect(found.columns).toBeGreaterThan(80);
    expect(found.refused).toBeGreaterThan(80);
  });
  it('with another name: the same', async () => {
    expect((await changeAll(project, 'renamed')).refused).toBeGreaterThan(80);
  });
});

describe.skipIf(!isThere)(
  `aviation, one column after the other${isThere ? '' : ' (skipped: ../shared/data/aviation is not there)'}`,
  () => {
    const base = mkdtempSync(join(tmpdir(), 'tx-aviation-columns-'));
    let project: Loaded;
    beforeAll(async () => {
      const folder = join(base, 'main', 'tests', 'real', 'aviation');
      mkdirSync(folder, { recursive: true });
      cpSync(join(REPOSITORY, 'tests', 'real', 'aviation'), folder, {
        recursive: true,
        filter: (source) => !/(\.duckdb(\.wal)?|[\\/]target)$/.test(source),
      });
      symlinkSync(SHARED, join(base, 'shared'), 'dir');
      project = await load(folder);
    });
    afterAll(async () => {
      await project.binder.close();
      rmSync(base, { recursive: true, force: true });
    });

    it('taken away: those fail that lineage names, all others are as they were', async () => {
      const found = await changeAll(project, 'gone');
      expect(found.columns).toBeGreaterThan(40);
      expect(found.refused).toBeGreaterThan(30);
    });
    it('with another name: the same', async () => {
      expect((await changeAll(project, 'renamed')).refused).toBeGreaterThan(30);
    });
  },
);
