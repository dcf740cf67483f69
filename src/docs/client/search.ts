/** The search: `/` or Ctrl+K from everywhere, arrows and Enter in the list. */
import type { SiteColumns, SiteWords } from '../site-data.ts';
import { verdicts } from '../site-data.ts';
import { verdictWords } from '../verdict-words.ts';
import { columnAnchor } from '../page-names.ts';
import { button, make, toolbar } from './elements.ts';
import { addColumns, addWords, makeHaystack, search } from './rank.ts';
import type { Haystack, Hit } from './rank.ts';
import { excerpt } from './excerpt.ts';
import { addressOf, readData } from './site-reader.ts';

export function addSearch(): void {
  let dialog: SearchDialog | undefined;
  const show = (): void => (dialog ??= makeDialog()).show();
  const opener = button('Search', 'search', show);
  opener.append(make('kbd', {}, '/'));
  toolbar()?.prepend(opener);
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const isSlash = event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isCtrlK = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
    if (!isSlash && !isCtrlK) return;
    event.preventDefault();
    show();
  });
}

interface SearchDialog {
  readonly show: () => void;
}

function makeDialog(): SearchDialog {
  const input = make('input', {
    // Escape would empty a field of the type made for searches, and leave the dialog open.
    type: 'text',
    placeholder: 'Names, columns, tags, descriptions',
    'aria-label': 'Search',
    role: 'combobox',
    'aria-controls': 'search-hits',
    'aria-expanded': 'true',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const list = make('div', { id: 'search-hits', role: 'listbox', 'aria-label': 'Results' });
  const status = make('p', { class: 'quiet', role: 'status' });
  const dialog = make('dialog', { class: 'search-dialog', 'aria-label': 'Search' }, input, list, status);
  document.body.append(dialog);
  let haystack: Haystack | undefined;
  let columns: SiteColumns | undefined;
  let words: SiteWords | undefined;
  let chosen = 0;
  const choose = (at: number): void => {
    const items = [...list.children];
    if (items.length === 0) return input.removeAttribute('aria-activedescendant');
    chosen = (at + items.length) % items.length;
    for (const [place, item] of items.entries()) item.setAttribute('aria-selected', String(place === chosen));
    input.setAttribute('aria-activedescendant', items[chosen]?.id ?? '');
    items[chosen]?.scrollIntoView({ block: 'nearest' });
  };
  const update = (): void => {
    if (haystack === undefined) return;
    const hits = search(haystack, input.value, columns);
    list.replaceChildren(...hits.map((hit, at) => drawHit(haystack, hit, at, hit.text === undefined ? undefined : excerpt(words?.texts[hit.text] ?? '', input.value))));
    status.textContent = input.value.trim() === '' ? '' : hits.length === 0 ? 'Nothing found' : '';
    choose(0);
  };
  const load = async (): Promise<void> => {
    if (haystack !== undefined) return;
    haystack = makeHaystack(await readData('index'));
    update();
    // Names can be searched meanwhile.
    columns = await readData('columns');
    addColumns(haystack, columns);
    update();
    words = await readData('words');
    addWords(haystack, words);
    update();
  };
  input.addEventListener('input', update);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(chosen + 1);
    else if (event.key === 'ArrowUp') choose(chosen - 1);
    else if (event.key === 'Enter') list.querySelectorAll('a')[chosen]?.click();
    else return;
    event.preventDefault();
  });
  // A click beside the dialog is one on its own ground.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || (event.target instanceof Element && event.target.closest('a') !== null)) dialog.close();
  });
  return {
    show: () => {
      if (!dialog.open) dialog.showModal();
      input.focus();
      input.select();
      void load();
    },
  };
}

/** `found` is the piece of a text in which the words stand, where they are no name. */
function drawHit(haystack: Haystack | undefined, { node, column }: Hit, at: number, found: string | undefined): HTMLElement {
  const row = haystack?.index.nodes[node];
  if (haystack === undefined || row === undefined) return make('a');
  const [label, kind, page, , , , number, , description] = row;
  const verdict = verdicts[number] ?? 'unknown';
  const name = column === undefined ? label : `${label}.${column}`;
  return make(
    'a',
    { id: `hit-${at}`, role: 'option', 'aria-selected': 'false', href: addressOf(page, column === undefined ? undefined : columnAnchor(column)), tabindex: '-1' },
    make('span', { class: `verdict ${verdict}` }),
    make('b', {}, name),
    make('span', { class: 'quiet' }, ` ${column === undefined ? (haystack.index.kinds[kind] ?? '') : 'column'} `),
    make('span', { class: 'line' }, found ?? description),
    ...(verdict === 'unknown' ? [] : [make('span', { class: 'unseen' }, ` ${verdictWords[verdict]}`)]),
  );
}
