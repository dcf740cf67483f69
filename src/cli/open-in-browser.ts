/** Shows an address in the browser of the user. */
import { spawn } from 'node:child_process';
import type { Screen } from './screen.ts';

const openers: Partial<Readonly<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // `start` is a word of the shell, and takes the first text in quotes for a title.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Does not wait for the browser. Where there is none, a remark says so. */
export function openInBrowser(screen: Screen, address: string): void {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  child.on('error', () => screen.note(`no browser could be started; open ${address}`));
  child.unref();
}
