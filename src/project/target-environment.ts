/** What the name of an environment makes of a project: schemas, state and output of its own. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnose } from '../diagnostics/diagnostic.ts';
import type { Project } from './project.ts';

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
  return {
    ...project,
    target: { ...target, schema, env: { name: env, suffix: `${separator}${env}`, schema: target.schema } },
    stateSchema: state,
    paths: { ...paths, target: outputIn(paths.target, env) },
  };
}
