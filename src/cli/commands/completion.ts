/** `tx completion <shell>`: prints the script for a shell. And what that script calls at each press of the key. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { bug } from '../../diagnostics/bug.ts';
import { CacheDamaged } from '../../cache/damaged.ts';
import { openKnownNames } from '../../cache/known-names.ts';
import type { KnownNames, OpenNames } from '../../cache/known-names.ts';
import { findProject, projectFileIn } from '../../project/find-project.ts';
import { readTargetPath } from '../../project/read-paths.ts';
import { envNameProblem } from '../../project/target-environment.ts';
import { entriesOf, valueOf } from '../../project/yaml/yaml-node.ts';
import type { YamlNode } from '../../project/yaml/yaml-node.ts';
import { parseYaml } from '../../project/yaml/parse-yaml.ts';
import { findCandidates } from '../completion/candidates.ts';
import type { Completion } from '../completion/candidates.ts';
import { scripts, shells } from '../completion/scripts.ts';
import { exitCodes } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Host } from '../host.ts';
import type { Screen } from '../screen.ts';

export function completionCommand(screen: Screen, wanted: string | undefined): ExitCode {
  const shell = shells.find((each) => each === wanted) ?? bug(`no script for ${wanted}`);
  screen.result(scripts[shell].trimEnd());
  return exitCodes.ok;
}

/**
 * Prints one candidate a line, with a tab before its description; `:files` where the shell should offer files. It looks at
 * what earlier commands left and runs nothing of the project. Whatever goes wrong, nothing is offered.
 */
export async function completeWords(host: Host, program: Command, words: readonly string[]): Promise<void> {
  const project = openQuietly(host, projectFolderOf(words));
  let opened: OpenNames | undefined;
  const names = (): KnownNames | undefined => {
    if (project === undefined || host.build === undefined) return undefined;
    opened ??= openKnownNames(host.files, { root: project.root, target: readTargetPath(project.top) }, host.build);
    return opened?.names;
  };
  let completion: Completion;
  try {
    completion = await findCandidates(words, {
      program,
      names,
      targets: () => {
        const targets = project === undefined ? undefined : valueOf(project.top, 'targets');
        return targets === undefined ? [] : entriesOf(targets).map(({ key }) => key);
      },
      environments: () => (project === undefined ? [] : environmentsIn(host, join(project.root, readTargetPath(project.top)))),
      rules: async () => Object.keys((await import('../../diagnostics/codes/lint.ts')).lintRules),
      codes: async () => Object.keys((await import('../../diagnostics/registry.ts')).registry).sort(),
    });
  } catch (cause) {
    if (cause instanceof CacheDamaged) return;
    throw cause;
  } finally {
    opened?.close();
  }
  if (completion.kind === 'files') {
    host.output.stdout.write(':files\n');
    return;
  }
  const lines = completion.candidates.map(({ word, description }) => (description === undefined ? word : `${word}\t${description}`));
  host.output.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** By their output; what others have built stands in the database alone, which is not asked for a word. */
function environmentsIn(host: Host, target: string): readonly string[] {
  try {
    const entries = host.files.list(join(target, 'env'));
    return entries.flatMap(({ name, kind }) => (kind === 'directory' && envNameProblem(name) === undefined ? [name] : [])).sort();
  } catch {
    return []; // There is no such folder, or nobody may read it.
  }
}

function projectFolderOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '--project-dir');
  return at < 0 ? words.find((word) => word.startsWith('--project-dir='))?.slice('--project-dir='.length) : words[at + 1];
}

function openQuietly(host: Host, folder: string | undefined): { readonly root: string; readonly top: YamlNode } | undefined {
  try {
    const root = folder === undefined ? findProject(host.cwd, host.files).value : join(host.cwd, folder);
    const name = root === undefined ? undefined : projectFileIn(root, host.files).value;
    if (root === undefined || name === undefined) return undefined;
    const text = new TextDecoder().decode(host.files.readBytes(join(root, name)));
    const top = parseYaml({ path: name, text }).value;
    return top === undefined ? undefined : { root, top };
  } catch {
    return undefined; // A folder that cannot be read: the command itself will say so.
  }
}
