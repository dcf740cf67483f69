/** Leads what helpers of a project print into the one sink that masks secrets. */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Screen } from './screen.ts';

/** Takes over the global console until the returned function is called. stdout is for results alone. */
export function captureConsole(screen: Screen): () => void {
  const before = globalThis.console;
  const sink = (level: 'info' | 'warn'): Writable =>
    new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        screen.helperOutput(String(text), level);
        done();
      },
    });
  globalThis.console = new Console(sink('info'), sink('warn'));
  return () => {
    globalThis.console = before;
  };
}
