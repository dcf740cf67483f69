/** Helpers on text. */
import type { Builtin } from '../builtin.ts';
import { builtin } from '../builtin.ts';

const text = { name: 'text', type: 'text' } as const;
const part = { name: 'part', type: 'text' } as const;

export const textHelpers: readonly Builtin[] = [
  builtin('concat', [{ name: 'a', type: 'sql', rest: true }], (call) => {
    let joined = '';
    for (let index = 0; index < call.args.length; index += 1) joined += call.text(index);
    return joined;
  }),
  builtin('lower', [text], (call) => call.text(0).toLowerCase()),
  builtin('upper', [text], (call) => call.text(0).toUpperCase()),
  builtin('trim', [text], (call) => call.text(0).trim()),
  builtin('replace', [text, { name: 'old', type: 'text' }, { name: 'new', type: 'text' }], (call) => {
    const old = call.text(1);
    if (old === '') return call.fail('has nothing to look for: the second argument is empty', 1);
    return call.text(0).replaceAll(old, () => call.text(2));
  }),
  builtin('split', [text, { name: 'separator', type: 'text' }], (call) => {
    if (call.text(1) === '') return call.fail('needs a separator', 1);
    return call.text(0).split(call.text(1));
  }),
  builtin('contains', [text, part], (call) => call.text(0).includes(call.text(1))),
  builtin('starts_with', [text, part], (call) => call.text(0).startsWith(call.text(1))),
  builtin('ends_with', [text, part], (call) => call.text(0).endsWith(call.text(1))),
];
