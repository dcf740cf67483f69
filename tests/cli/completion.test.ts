import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram, tempFolder } from '../support/tx.ts';
import { shop } from './shop.ts';
import type { Shop } from './shop.ts';

let project: Shop;
/** A folder in which `tx` is the built program: shells look for it by name. */
let bin: string;

beforeAll(async () => {
  project = await shop({
    'models/marts/groups.yaml': 'groups:\n  - name: finance\n    owner: { name: Ann }\n',
    'models/sources.yaml': 'sources:\n  - name: web\n    tables: [{ name: visits }, { name: "page views" }]\n',
    'selectors.yaml': 'selectors:\n  - name: night\n    definition: tag:nightly\n',
  });
  const listed = await project.tx(['ls']);
  expect(listed.code, listed.stderr).toBe(0);
  bin = tempFolder();
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(REPOSITORY, 'bin', 'tx.cjs')}' "$@"\n`;
  writeFileSync(join(bin, 'tx'), program, { mode: 0o755 });
});

/** The words that `tx` offers behind these. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await project.tx(['__complete', '--', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('candidates', () => {
  it('are commands, flags of the command, and values of the flag', async () => {
    expect(await offered('com')).toEqual(['compile', 'completion']);
    expect(await offered('build', '--sel')).toEqual(['--select', '--selector']);
    expect(await offered('run', '-t', '')).toEqual(['dev']);
    expect(await offered('run', '--target=')).toEqual(['--target=dev']);
    expect(await offered('diff', '--against', 'd')).toEqual(['dev']);
    expect(await offered('run', '--selector', '')).toEqual(['night']);
    expect(await offered('build', '--env', '')).toEqual([]);
    for (const name of ['pr_7', 'pr_42', 'no__env']) mkdirSync(join(project.root, 'target', 'env', name), { recursive: true });
    for (const words of [['build', '--env'], ['env', 'drop'], ['promote']])
      expect(await offered(...words, 'pr_')).toEqual(['pr_42', 'pr_7']);
    expect(await offered('env', '')).toEqual(['ls', 'drop']);
    expect(await offered('ls', '--output', '')).toEqual(['selector', 'text', 'name', 'path', 'json', 'gaps']);
    expect(await offered('explain', 'ref-not-f')).toEqual(['ref-not-found']);
    expect(await offered('lineage', 'st')).toEqual(['stg.']);
    expect(await offered('docs', '')).toEqual(['generate', 'serve']);
    expect(await offered('lint', '--rule', 'select-star', 'missing-k')).toEqual(['missing-key-test']);
    expect(await offered('generate', '')).toEqual(['source', 'staging', 'yaml', 'unit-test']);
    expect(await offered('generate', 'staging', 'web.')).toEqual(['web.visits', 'web.page views']);
    expect(await offered('generate', 'unit-test', 'st')).toEqual(['stg']);
    expect(await offered('run', '--project-dir', '')).toEqual([':files']);
  });

  it('are names, tags and folders within a selector, behind all that stands there', async () => {
    expect(await offered('run', '-s', 'st')).toEqual(['stg', 'state:']);
    expect(await offered('run', '-s', 'stg', 'tot')).toEqual(['total']);
    expect(await offered('run', '-s', '2+tot')).toEqual(['2+total']);
    expect(await offered('run', '-s', 'stg,@tag:')).toEqual(['stg,@tag:nightly']);
    expect(await offered('run', '--exclude', 'path:models/m')).toEqual(['path:models/marts/']);
    expect(await offered('run', '-s', 'source:web.')).toEqual(['source:web.visits', 'source:web.page views']);
    expect(await offered('run', '-s', 'group:')).toEqual(['group:finance']);
    expect(await offered('run', '--threads', '')).toEqual([]);
  });

  it('are what there is without a project, and nothing is reported while somebody types', async () => {
    const { code, stdout, stderr } = await project.tx(['__complete', '--', 'run', '-s', 'tag:'], { in: '..' });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await offered('nosuch', '')).toEqual([]);
    expect(await offered()).toContain('build');
  });

  it('leave out what is not there any more', async () => {
    const changed = await shop({ 'models/extra.sql': 'select 1 as one\n' });
    await changed.tx(['ls']);
    const extra = ['__complete', '--', 'run', '-s', 'ext'];
    expect((await changed.tx(extra)).stdout).toBe('extra\n');
    writeFileSync(changed.path('models/extra.sql'), '{{config enabled=false}} select 1 as one\n');
    await changed.tx(['ls']);
    expect((await changed.tx(extra)).stdout).toBe('');
  });
});

describe('the script for bash', () => {
  /** What bash would offer when the key is pressed at the end of this line. */
  async function completeIn(line: string): Promise<readonly string[]> {
    const script = `source <(tx completion bash)
COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}
_tx_complete
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
    const { code, stdout, stderr } = await runProgram('bash', ['--norc', '-c', script], { cwd: project.root, env: { PATH: path } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('offers commands and names, and takes off what bash holds for a word of its own', async () => {
    // The cache of one build of the program is nothing to another.
    expect((await project.tx(['ls'], { spawn: true })).code).toBe(0);
    expect(await completeIn('tx bui')).toEqual(['build']);
    expect(await completeIn('tx build -s tot')).toEqual(['total']);
    // bash cuts at the colon: only what follows it is replaced.
    expect(await completeIn('tx build -s tag:ni')).toEqual(['nightly']);
    expect(await completeIn('tx build --target=')).toEqual(['dev']);
    expect(await completeIn('tx build -s total ')).toContain('stg');
  });
});

/** Shells that the machine has. */
const has = (shell: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, shell)));

describe('the script for fish', () => {
  it.skipIf(!has('fish'))('offers commands and names', async () => {
    expect((await project.tx(['ls'], { spawn: true })).code).toBe(0);
    const completeIn = async (line: string): Promise<readonly string[]> => {
      const script = `tx completion fish | source; complete -C ${JSON.stringify(line)}`;
      const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
      const { stdout } = await runProgram('fish', ['--no-config', '-c', script], {
        cwd: project.root,
        env: { PATH: path, HOME: project.root },
      });
      return stdout.split('\n').flatMap((word) => (word === '' ? [] : [word.split('\t')[0] ?? '']));
    };
    expect(await completeIn('tx bui')).toEqual(['build']);
    expect(await completeIn('tx build -s tot')).toEqual(['total']);
    expect(await completeIn('tx build -s tag:ni')).toEqual(['tag:nightly']);
    expect(await completeIn('tx build -s total ')).toContain('stg');
  });
});

describe('the script for PowerShell', () => {
  it.skipIf(!has('pwsh'))('offers commands and names', async () => {
    expect((await project.tx(['ls'], { spawn: true })).code).toBe(0);
    const completeIn = async (line: string): Promise<readonly string[]> => {
      const script = `tx completion powershell | Out-String | Invoke-Expression
[System.Management.Automation.CommandCompletion]::CompleteInput('${line}', ${line.length}, $null).CompletionMatches | ForEach-Object { $_.CompletionText }`;
      const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
      const env = { PATH: path, HOME: project.root };
      const { stdout } = await runProgram('pwsh', ['-NoProfile', '-NonInteractive', '-Command', script], { cwd: project.root, env });
      return stdout.split(/\r?\n/).filter((word) => word !== '');
    };
    expect(await completeIn('tx bui')).toEqual(['build']);
    expect(await completeIn('tx build -s tot')).toEqual(['total']);
    expect(await completeIn('tx build -s tag:ni')).toEqual(['tag:nightly']);
    expect(await completeIn('tx build -s total ')).toContain('stg');
    expect(await completeIn('tx generate staging web.')).toEqual(['web.visits', "'web.page views'"]);
  });

  it('quotes what the shell would take apart, and may write an empty word as two quotes', async () => {
    expect((await project.tx(['completion', 'powershell'])).stdout).toContain("-match '[^\\w.:/+*=-]'");
    expect(await offered('run', '-t', '""')).toEqual(['dev']);
    expect(await offered('""')).toContain('build');
  });
});

describe('the script for zsh', () => {
  it.skipIf(!has('zsh'))('completes commands and names as they are typed', async () => {
    expect((await project.tx(['ls'], { spawn: true })).code).toBe(0);
    const env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, HOME: project.root, TERM: 'dumb' };
    const terminal = spawn('zsh', ['-f', '-i'], { cwd: project.root, env, cols: 120, rows: 20 });
    let shown = '';
    terminal.onData((text) => (shown += text));
    const see = (what: RegExp) => expect.poll(() => shown, { timeout: 20_000 }).toMatch(what);
    try {
      terminal.write("PS1='> '; autoload -Uz compinit; compinit -u -D; source <(tx completion zsh); echo rea''dy\r");
      await see(/ready\r?\n/);
      for (const [typed, completed] of [
        ['tx bui', /tx build $/],
        ['-s tot', /-s total $/],
        ['tag:ni', /tag:nightly $/],
      ] as const) {
        terminal.write(`${typed}\t`);
        await see(completed);
      }
    } finally {
      terminal.kill('SIGKILL');
    }
  });
});

describe('tx completion', () => {
  it('prints a script for each shell, and names the shells otherwise', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
      expect((await project.tx(['completion', shell])).stdout).toContain('__complete --');
    const { code, stderr } = await project.tx(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('`bash`, `zsh`, `fish`, `powershell`');
  });
});
