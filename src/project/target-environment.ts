/** What the name of an environment makes of a project: schemas, state and output of its own. */
import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Project, Target } from './project.ts';

/** Between the name of a schema and that of an environment; names of environments do not hold it. */
const separator = '__';
const longest = 30;

/** Why a name cannot be one of an environment; undefined for one that can. */
export function envNameProblem(name: string): string | undefined {
  if (name.length > longest) return `must have at most ${longest} letters`;
  return /^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(name) ? undefined : 'must be of small letters, digits and single `_` between them, like `pr_42`';
}

/** The schema of an environment. */
export function schemaIn(schema: string, env: string): string {
  return `${schema}${separator}${env}`;
}

/** The name of the environment whose state a schema holds, as its name says. */
export function envOfSchema(schema: string, stateSchema: string): string | undefined {
  const start = `${stateSchema}${separator}`;
  const name = schema.startsWith(start) ? schema.slice(start.length) : '';
  return name !== '' && envNameProblem(name) === undefined ? name : undefined;
}

/** Folder for the output of an environment: two that are built at once leave each other's records alone. */
export function outputIn(folder: string, env: string | undefined): string {
  return env === undefined ? folder : `${folder}/env/${env}`;
}

/** The project as that environment; as it is without a name. */
export function inEnvironment(project: Project | undefined, env: string | undefined, diagnostics: Diagnostic[]): Project | undefined {
  if (project === undefined || env === undefined) return project;
  const { target, stateSchema, paths } = project;
  const [schema, state] = [schemaIn(target.schema, env), schemaIn(stateSchema, env)];
  if (schema.toLowerCase() === stateSchema.toLowerCase() || state.toLowerCase() === target.schema.toLowerCase())
    diagnostics.push(diagnose('env-schema-taken', { env, schema: schema.toLowerCase() === stateSchema.toLowerCase() ? schema : state }));
  const apart = filePathIn(target, env);
  if (apart !== undefined && resolve(project.root, apart) === resolve(project.root, String(target.settings['path'])))
    diagnostics.push(diagnose('env-file-taken', { env, path: apart }));
  return {
    ...project,
    target:
      apart === undefined
        ? { ...target, schema, env: { name: env, suffix: `${separator}${env}`, schema: target.schema } }
        : inFile(target, env, apart),
    stateSchema: state,
    paths: { ...paths, target: outputIn(paths.target, env) },
  };
}

/** What stands for the name of the environment in the path of its file. */
const placeholder = '{env}';

/** The file of an environment; undefined where it lies beside the target, in schemas of the same database. */
function filePathIn({ settings }: Target, env: string): string | undefined {
  const path = settings['env_path'];
  return typeof path === 'string' ? path.replace(placeholder, env) : undefined;
}

/** The target in a file of its own, with the names that it has anyway. That the target itself may only be read is no matter there. */
function inFile(target: Target, env: string, path: string): Target {
  const { read_only: _, ...settings } = target.settings;
  const database = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\.[^.]*$/, '');
  return {
    ...target,
    database,
    settings: { ...settings, path },
    env: { name: env, suffix: '', schema: target.schema, apart: target },
  };
}

/** The file names of the environments of a target are `start`, the name, and `end`, in `folder`, which is relative to the project. */
export function envFilesOf({ settings }: Target): { readonly folder: string; readonly start: string; readonly end: string } | undefined {
  const path = settings['env_path'];
  if (typeof path !== 'string') return undefined;
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  const [start = '', end = ''] = path.slice(at).split(placeholder);
  return { folder: at === 0 ? '.' : path.slice(0, at), start, end };
}

/** The schema that holds the state of the target itself, whatever environment of it this is. */
export function stateSchemaOfTarget({ stateSchema, target: { env } }: Project): string {
  return env === undefined ? stateSchema : stateSchema.slice(0, -`${separator}${env.name}`.length);
}
