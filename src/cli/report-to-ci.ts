/** Leaves what CI systems read: a JUnit file where one is asked for, annotations and a summary on GitHub. */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { RunResult } from '../execute/events.ts';
import type { Project } from '../project/project.ts';
import { githubAnnotations, githubSummary } from '../report/github.ts';
import { renderJunit } from '../report/junit.ts';
import type { Host } from './host.ts';
import type { Screen } from './screen.ts';
import { warnUnwritten } from './write-artifact.ts';

export function reportToCi(
  host: Host,
  screen: Screen,
  { project, junit, result }: { readonly project: Project; readonly junit: string | undefined; readonly result: RunResult },
): void {
  // Each form spells texts in its own way: secrets are taken out of them before.
  const hide = screen.mask().apply;
  if (junit !== undefined) warnUnwritten(screen, junit, () => host.files.writeAtomic(resolve(host.cwd, junit), renderJunit(result, hide)));
  if (host.env['GITHUB_ACTIONS'] !== 'true') return;
  // Lines of JSON are for a program, which would not know what to make of others.
  if (!screen.json) {
    const textOf = (path: string): string | undefined => screen.sources(path)?.text;
    const folder = projectFolder(host, project);
    for (const line of githubAnnotations(result, { folder, textOf, hide })) screen.output.stderr.write(`${line}\n`);
  }
  appendSummary(host, screen, githubSummary(result, hide));
}

/** The folder of the project as annotations name files: from the root of the repository. */
function projectFolder({ env, files }: Host, { root }: Project): string {
  const repository = env['GITHUB_WORKSPACE'];
  if (repository === undefined || files.stat(repository) === undefined) return '';
  const folder = relative(files.realPath(repository), files.realPath(root));
  if (folder === '' || folder.startsWith('..') || isAbsolute(folder)) return '';
  return `${folder.replaceAll(sep, '/')}/`;
}

/** Other programs of the step have their part in the same file. */
function appendSummary(host: Host, screen: Screen, summary: string): void {
  const path = host.env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  warnUnwritten(screen, path, () => {
    const before = host.files.stat(path) === undefined ? '' : new TextDecoder().decode(host.files.readBytes(path));
    host.files.writeAtomic(path, before + summary);
  });
}
