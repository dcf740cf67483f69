/** Where commands are killed: a project in a folder with its databases, which can be copied, looked at and thrown away. */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { disk } from '../../src/project/disk.ts';
import { REPOSITORY } from '../support/tx.ts';
import { environment, foreign, filesOf } from './command-flows.ts';
import type { CommandFlow } from './command-flows.ts';
import { runCommand } from './command-host.ts';
import type { CommandEnd } from './command-host.ts';
import { openFile } from './drive.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { execute } from './yard.ts';
import type { Yard } from './yard.ts';

export interface Place {
  readonly root: string;
  /** Of production. */
  readonly database: string;
}

/** Production and the environment, each without what is of the other. */
export interface Look {
  readonly production: Snapshot;
  readonly environment: Snapshot;
  /** Schemas with the ending of the environment. */
  readonly schemas: readonly string[];
  /** Files of the environment, and its output. */
  readonly files: readonly string[];
}

export const tx = ({ root }: Place, command: string): Promise<CommandEnd> => runCommand({ root, command, packageRoot: REPOSITORY }, disk);

async function ok(place: Place, command: string): Promise<void> {
  const { exit, text } = await tx(place, command);
  expect(exit, `${command}\n${text}`).toBe(0);
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function writeProject({ root, database }: Place, flow: CommandFlow): void {
  const where =
    flow.engine === 'postgres'
      ? { url: database }
      : { path: 'warehouse.duckdb', ...(flow.isApart ? { env_path: 'envs/{env}.duckdb' } : {}) };
  const target = { type: flow.engine, schema: 'main', threads: 1, ...where };
  write(root, { 'project.yaml': `name: shop\ntargets:\n  dev: ${JSON.stringify(target)}\n` });
}

/** Production is built, something is changed, and the environment is built. */
export async function layPlace(folder: string, yard: Yard, flow: CommandFlow): Promise<Place> {
  const root = mkdtempSync(join(folder, 'base-'));
  const place = { root, database: flow.engine === 'postgres' ? await yard.create() : join(root, 'warehouse.duckdb') };
  const { first, changed } = filesOf(flow);
  writeProject(place, flow);
  write(root, first);
  await execute(yard.adapter, place.database, foreign);
  await ok(place, 'build --quiet');
  write(root, changed);
  await ok(place, `build --env ${environment} --quiet`);
  return place;
}

export async function copyPlace(folder: string, yard: Yard, flow: CommandFlow, base: Place): Promise<Place> {
  const root = mkdtempSync(join(folder, 'place-'));
  cpSync(base.root, root, { recursive: true, preserveTimestamps: true });
  if (flow.engine === 'duckdb') return { root, database: join(root, 'warehouse.duckdb') };
  const place = { root, database: await yard.copy(base.database) };
  writeProject(place, flow);
  return place;
}

export async function removePlace(yard: Yard, flow: CommandFlow, { root, database }: Place): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  if (flow.engine === 'postgres') await yard.remove(database);
}

/** Looks at copies of files, so that the next command meets them and their logs as the dead process left them. */
export async function look(yard: Yard, flow: CommandFlow, { root, database }: Place): Promise<Look> {
  const files = [join('envs'), join('target', 'env')].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => join(folder, name)) : [],
  );
  if (flow.engine === 'postgres') {
    // Waits until the server has heard of the death.
    await yard.peek(database);
    return { ...(await lookInto(yard, flow, database, database)), files };
  }
  const copied = mkdtempSync(join(dirname(root), 'look-'));
  try {
    const copy = (path: string): string => {
      const to = join(copied, path);
      mkdirSync(dirname(to), { recursive: true });
      for (const end of ['', '.wal']) if (existsSync(join(root, path + end))) copyFileSync(join(root, path + end), to + end);
      return to;
    };
    const production = copy('warehouse.duckdb');
    return { ...(await lookInto(yard, flow, production, flow.isApart ? copy(`envs/${environment}.duckdb`) : production)), files };
  } finally {
    rmSync(copied, { recursive: true, force: true });
  }
}

async function lookInto({ adapter }: Yard, flow: CommandFlow, database: string, other: string): Promise<Omit<Look, 'files'>> {
  const isOf = (name: string): boolean =>
    flow.isApart || (/^[^.]*__pr\./.test(name) && !name.startsWith('elsewhere') && !name.startsWith('_tx'));
  const without = (found: Snapshot, keep: (name: string) => boolean): Snapshot => ({
    ...found,
    relations: new Map([...found.relations].filter(([name]) => keep(name))),
    contents: new Map([...found.contents].filter(([name]) => keep(name))),
  });
  const stateOfEnvironment = `_tx__${environment}`;
  const production = await takeSnapshot(adapter, database);
  return {
    production: without(production, (name) => (flow.isApart || !isOf(name)) && !name.startsWith('_tx')),
    environment: without(await takeSnapshot(adapter, other, stateOfEnvironment), (name) => isOf(name) && !name.startsWith('_tx.')),
    schemas: await schemasOf(adapter, database),
  };
}

async function schemasOf(adapter: Yard['adapter'], database: string): Promise<readonly string[]> {
  const session = await openFile(adapter, database);
  try {
    const connection = await session.connect();
    const { rows } = await connection.query({
      sql: `select distinct schema_name from information_schema.schemata where catalog_name = current_database() and right(schema_name, 4) = '__pr' order by 1`,
    });
    return rows.map(([name]) => String(name));
  } finally {
    await session.close();
  }
}
