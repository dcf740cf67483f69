/** Keys of the terminal, one at a time, while somebody listens. */
import type { ReadStream } from 'node:tty';

/** Calls back with each key until the function that it gives is called. Nothing is heard where the input is no terminal. */
export function listenToKeys(
  input: NodeJS.ReadStream,
  onKey: (key: string) => void,
): { readonly isOn: boolean; readonly stop: () => void } {
  if (!isTerminal(input)) return { isOn: false, stop: () => undefined };
  const onData = (text: string): void => {
    // An arrow or another key of several characters is none of ours.
    if (text.startsWith('\u001b')) return;
    for (const key of text) onKey(key);
  };
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.on('data', onData);
  input.resume();
  return {
    isOn: true,
    stop: () => {
      input.off('data', onData);
      input.setRawMode(false);
      input.pause();
    },
  };
}

function isTerminal(input: NodeJS.ReadStream): input is ReadStream {
  return input.isTTY && 'setRawMode' in input;
}
