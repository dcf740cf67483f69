/** Holds the documentation to what the program does: its examples run, its lists are complete, its links lead somewhere. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, normalize } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { engine as duckdb } from '../src/adapters/duckdb/engine.ts';
import { checkNames } from '../src/checks/vocabulary.ts';
import { builtinForms, builtins, builtinValues } from '../src/compile/functions/builtins.ts';
import { unavailableMethods, selectorMethods } from '../src/graph/selector-method.ts';
import { artifactTables } from '../src/report/artifact-tables.ts';
import { configKeys } from '../src/project/config-keys.ts';
import { stateTables } from '../src/state/state-tables.ts';
import { callTx } from './support/call-tx.ts';
import { copyProject, REPOSITORY, runProgram, runTx, tempFolder } from './support/tx.ts';

/** The example project, in whose copy the examples run. */
const PROJECT = ['project.yaml', 'models', 'macros', 'seeds', 'data', 'doc_blocks', 'tests/data'];
const PROGRAM = join(REPOSITORY, 'bin', 'tx.cjs');
const POSIX = process.platform !== 'win32';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8').replaceAll('\r\n', '\n');

/** Markdown files of a folder, `/` in their paths. */
function pagesOf(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

const guides = ['README.md', ...pagesOf('docs')];
const allPages = [...guides, ...pagesOf('docs/errors'), ...pagesOf('docs/decisions')];

interface Fence {
  /** Language and words behind it: `sh run exit=1`. */
  readonly info: readonly string[];
  readonly body: string;
  readonly line: number;
}

/** The fenced blocks of a page, in order. */
function fencesOf(text: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { info: readonly string[]; line: number; body: string[] } | undefined;
  text.split('\n').forEach((line, at) => {
    const mark = /^```(.*)$/.exec(line);
    if (open === undefined && mark !== null) open = { info: (mark[1] ?? '').split(' ').filter(Boolean), line: at + 1, body: [] };
    else if (open !== undefined && mark !== null) {
      fences.push({ info: open.info, line: open.line, body: open.body.join('\n') });
      open = undefined;
    } else open?.body.push(line);
  });
  return fences;
}

function option(fence: Fence, name: string): string | undefined {
  return fence.info.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** What differs from run to run or by the width of a column. */
function normalise(line: string): string {
  return line
    .replaceAll(/\b\d+\.\d\ds\b/g, '0.00s')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d+Z?\b/g, '<time>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A line of documentation as a pattern: `…` stands for anything. */
function patternOf(line: string): RegExp {
  const parts = normalise(line)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The lines of documentation that no line of the output fits. */
function missingLines(expected: string, output: string): readonly string[] {
  const lines = output.split('\n').map(normalise);
  return expected.split('\n').filter((line) => line.trim() !== '' && !lines.some((found) => patternOf(line).test(found)));
}

/** Folder with a program `tx` to put in front of PATH. */
function programFolder(): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'tx'), `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`, { mode: 0o755 });
  return folder;
}

interface Shell {
  readonly cwd: () => string;
  readonly run: (script: string) => Promise<{ readonly code: number; readonly output: string }>;
}

/** A shell that remembers in which folder the last script ended. */
function openShell(start: string): Shell {
  const place = join(tempFolder(), 'cwd');
  const path = [programFolder(), process.env['PATH'] ?? ''].join(delimiter);
  writeFileSync(place, start);
  const cwd = (): string => readFileSync(place, 'utf8').trim();
  return {
    cwd,
    run: async (script) => {
      const all = { code: 0, output: '' };
      for (const { args, text } of stepsOf(script)) {
        const trapped = `trap 'pwd > "$DOCS_CWD"' EXIT\n${text}\n`;
        const { code, stdout, stderr } =
          args === undefined
            ? await runProgram('sh', ['-e', '-c', trapped], { cwd: cwd(), env: { PATH: path, DOCS_CWD: place } })
            : await callTx(args, { cwd: cwd() });
        all.code = code;
        all.output += `${stdout}\n${stderr}`;
        if (code !== 0) break;
      }
      return all;
    },
  };
}

/** A command of `tx` that needs no shell, by its arguments, or what does. */
interface ScriptStep {
  readonly args?: readonly string[];
  readonly text: string;
}

const plainCommand = /^tx(?: +(?:[\w.,:+@/=-]+|'[^']*'|"[^"$`\\]*"))* *(?:#.*)?$/;

/** A script in its steps; one that holds documents or blocks is a single one. */
function stepsOf(script: string): readonly ScriptStep[] {
  const lines = script.split('\n').filter((line) => !/^\s*(?:#.*)?$/.test(line));
  if (lines.some((line) => /<<|\\$|^\s/.test(line))) return [{ text: script }];
  return lines.map((text) => {
    if (!plainCommand.test(text)) return { text };
    const words = text.replace(/ +#.*$/, '').match(/(?:'[^']*'|"[^"]*"|[^ '"]+)+/g) ?? [];
    return {
      text,
      args: words
        .slice(1)
        .map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? '')),
    };
  });
}

/** Compiles the left side of each `template --> text` line and compares it with the right side. */
async function checkLines(fence: Fence, folder: string): Promise<readonly string[]> {
  const examples = fence.body.split('\n').filter((line) => line.includes('-->'));
  const sides = examples.map((line) => line.split('-->').map((side) => side.trim()));
  const query = `select\n${sides.map(([template]) => template).join('\n')}`;
  const { code, stdout, stderr } = await callTx(['compile', '--inline', query], { cwd: folder });
  if (code !== 0) return [stderr];
  const lines = stdout.split('\n').slice(1);
  return sides.flatMap(([template, expected = ''], at) =>
    patternOf(expected).test(normalise(lines[at] ?? '')) ? [] : [`${template} gave ${lines[at]}`],
  );
}

/** Carries out the fences of a page in order; gives what did not go as the page says. */
async function followPage(path: string): Promise<readonly string[]> {
  const shell = openShell(copyProject(REPOSITORY, PROJECT));
  const problems: string[] = [];
  let output = '';
  let ran = false;
  for (const fence of fencesOf(read(path))) {
    const where = `${path}:${fence.line}`;
    const [language] = fence.info;
    const file = option(fence, 'file');
    if (file !== undefined) {
      const target = join(shell.cwd(), file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, `${fence.body}\n`);
    } else if (language === 'sh' && fence.info.includes('run')) {
      const expected = Number(option(fence, 'exit') ?? 0);
      const result = await shell.run(fence.body);
      if (result.code !== expected) problems.push(`${where} ended with ${result.code}, not ${expected}:\n${result.output}`);
      output = result.output;
      ran = true;
      continue;
    } else if (language === 'sql' && fence.info.includes('lines')) {
      problems.push(...(await checkLines(fence, shell.cwd())).map((problem) => `${where}: ${problem}`));
    } else if (language === 'sql' && fence.info.includes('inline')) {
      const result = await callTx(['compile', '--inline', fence.body], { cwd: shell.cwd() });
      if (result.code !== 0) problems.push(`${where} does not compile:\n${result.stderr}`);
    } else if (language === 'text' && ran) {
      const missing = missingLines(fence.body, output);
      if (missing.length > 0) problems.push(`${where}: not in the output:\n${missing.join('\n')}\n--- output\n${output}`);
    }
    ran = false;
  }
  return problems;
}

describe.skipIf(!POSIX)('the examples of the documentation', () => {
  beforeAll(async () => {
    // Builds the program if nobody has.
    await runTx(['--version'], { cwd: REPOSITORY });
  });

  const pages = guides.filter((path) => fencesOf(read(path)).some((fence) => fence.info.length > 1));

  it.each(pages)('do in %s what the page says', async (path) => {
    expect(await followPage(path)).toEqual([]);
  });
});

describe('the documentation', () => {
  it('links to files that exist', () => {
    const broken = allPages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(REPOSITORY, normalize(join(dirname(page), target)))))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('links to headings that exist', () => {
    const headings = (page: string): readonly string[] =>
      [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      );
    const broken = allPages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)]+)\)/g)]
        .filter(
          ([, target = '', heading = '']) => !headings(target === '' ? page : normalize(join(dirname(page), target))).includes(heading),
        )
        .map(([, target, heading]) => `${page}: ${target}#${heading}`),
    );
    expect(broken).toEqual([]);
  });

  it('names in the table of contents every guide', () => {
    const missing = pagesOf('docs').filter((page) => !read('README.md').includes(`(${page})`));
    expect(missing).toEqual([]);
  });

  /** The words of a list that a page does not have between backticks or inside a template. */
  const unsaid = (page: string, words: readonly string[]): readonly string[] => {
    const text = read(page);
    return words.filter((word) => !new RegExp(String.raw`[\`({ |]${word.replaceAll('.', String.raw`\.`)}(?![\w.])`).test(text));
  };

  it('describes every helper, value and block of templates', () => {
    expect(unsaid('docs/templates.md', [...builtins.keys(), ...builtinValues, ...builtinForms])).toEqual([]);
  });

  it('describes every table and column of `tx query`', () => {
    const sections = new Map(
      read('docs/query.md')
        .split(/^### /m)
        .slice(1)
        .map((section) => [
          /^\w+/.exec(section)?.[0] ?? '',
          [...section.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => ({ name, kind })),
        ]),
    );
    const tables = artifactTables({ manifest: {}, catalog: undefined, runResults: undefined, columnEdges: undefined });
    expect(sections).toEqual(new Map(tables.map(({ name, columns }) => [name, columns])));
  });

  it('describes every config key', () => {
    expect(
      unsaid(
        'docs/project.md',
        configKeys.map((key) => key.name),
      ),
    ).toEqual([]);
  });

  it('describes every key of a target', () => {
    expect(unsaid('docs/project.md', [...duckdb.settingKeys, 'type', 'schema', 'database', 'threads', 'schema_naming', 'vars'])).toEqual(
      [],
    );
  });

  it('describes every check under all its names', () => {
    expect(
      unsaid(
        'docs/checks.md',
        checkNames().filter((name) => !name.includes('.')),
      ),
    ).toEqual([]);
  });

  it('describes every selector method', () => {
    expect(unsaid('docs/selection.md', [...selectorMethods, ...unavailableMethods])).toEqual([]);
  });

  it('describes every column of the state tables', () => {
    const page = read('docs/state.md');
    const missing = Object.entries(stateTables).flatMap(([table, columns]) => {
      const section = page.split(/^#+ /m).find((part) => part.startsWith(`\`${table}\``)) ?? '';
      return Object.keys(columns)
        .filter((column) => !section.includes(`\`${column}\``))
        .map((column) => `${table}.${column}`);
    });
    expect(missing).toEqual([]);
  });

  it('describes every strategy and materialization that the engine has', () => {
    const { incrementalStrategies, materializations } = duckdb.capabilities;
    expect(unsaid('docs/models.md', [...incrementalStrategies, ...materializations])).toEqual([]);
  });

  it('lists the commands of the program in README, and its version where it is installed', async () => {
    const { stdout } = await runTx(['--help'], { cwd: REPOSITORY });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:\|\w+)? \[/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
    const table =
      read('README.md')
        .split(/^## /m)
        .find((part) => part.startsWith('Commands\n')) ?? '';
    expect([...table.matchAll(/^\| `tx ([a-z]+)/gm)].map(([, name]) => name).sort()).toEqual(commands.sort());
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    expect(read('README.md')).toContain(`npm install --global ./tx-sql-${version}.tgz`);
  });

  it('describes every command with all its flags', async () => {
    const { stdout } = await runTx(['--help'], { cwd: REPOSITORY });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:\|\w+)? \[/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
    expect(commands.length).toBeGreaterThan(10);
    const page = read('docs/commands.md');
    const shared = page.split(/^## /m).find((part) => part.startsWith('Flags')) ?? '';
    const missing: string[] = [];
    for (const command of commands) {
      const section = page.split(/^### /m).find((part) => part.startsWith(`tx ${command}\n`) || part.startsWith(`tx ${command} `));
      if (section === undefined) {
        missing.push(command);
        continue;
      }
      const help = await callTx([command, '--help'], { cwd: REPOSITORY });
      const flags = [...help.stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)]
        .map(([, flag = '']) => flag)
        .filter((flag) => flag !== '--help');
      for (const word of flags) if (!`${section}\n${shared}`.includes(word)) missing.push(`${command} ${word}`);
    }
    expect(missing).toEqual([]);
  });
});
