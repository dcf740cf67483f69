/** Narrows the list of nodes down: a field and menus above it. Without the script the list is just whole. */
import { button, make } from './elements.ts';
import { choicesOf, facets, passes, readFilters, writeFilters } from './filter-state.ts';
import type { Facet, FilterRow, FilterState } from './filter-state.ts';
import { addressOf, readData } from './site-reader.ts';

const titles: Readonly<Record<Facet, string>> = { kind: 'Kind', folder: 'Folder', tag: 'Tag', owner: 'Owner', status: 'Status', change: 'Change' };

interface Row extends FilterRow {
  readonly element: HTMLElement;
  /** Of its page. */
  readonly address: string;
  text: string;
}

/** A table of nodes of one kind, in groups by folder. */
interface Section {
  readonly element: HTMLElement;
  readonly count: Element | null;
  readonly groups: readonly { readonly element: HTMLElement; readonly rows: readonly Row[] }[];
}

export function startFilters(page: Element): void {
  const place = page.querySelector('[data-filters]');
  if (place === null) return;
  const sections = [...page.querySelectorAll<HTMLElement>('section[data-kind]')].map(readSection);
  const rows = sections.flatMap(({ groups }) => groups.flatMap((group) => group.rows));
  if (rows.length < 2) return;
  const text = make('input', { type: 'text', 'aria-label': 'Name or description', placeholder: 'Name or description', autocomplete: 'off', spellcheck: 'false' });
  const menus = facets.flatMap((facet) => {
    const choices = choicesOf(rows, facet);
    return choices.length === 0 ? [] : [{ facet, menu: makeMenu(facet, choices) }];
  });
  const status = make('p', { class: 'quiet', role: 'status' });
  const isSingle = document.documentElement.dataset['single'] !== undefined;
  let words: Promise<void> | undefined;
  const show = (state: FilterState): void => {
    if (state.text !== '') words ??= addWords(rows).then(() => update());
    text.value = text.value.trim() === state.text ? text.value : state.text;
    for (const { facet, menu } of menus) choose(menu, state.chosen[facet] ?? '');
    const shown = narrow(sections, state);
    const isWhole = state.text === '' && Object.keys(state.chosen).length === 0;
    clear.hidden = isWhole;
    status.textContent = isWhole ? '' : shown === 0 ? 'Nothing is like that' : `${shown.toLocaleString('en')} of ${rows.length.toLocaleString('en')}`;
  };
  const update = (): void => show(readFilters(location.hash));
  const change = (isNew: boolean): void => {
    const chosen: Partial<Record<Facet, string>> = {};
    for (const { facet, menu } of menus) if (menu.value !== '') chosen[facet] = menu.value;
    const state = { text: text.value.trim(), chosen };
    const address = writeFilters(state, isSingle);
    if (isNew) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    show(state);
  };
  const clear = button('Clear', 'clear', () => {
    history.pushState(null, '', writeFilters({ text: '', chosen: {} }, isSingle));
    show({ text: '', chosen: {} });
    text.focus();
  });
  text.addEventListener('input', () => change(false));
  for (const { menu } of menus) menu.addEventListener('change', () => change(true));
  const form = make('form', { class: 'filters', role: 'search', 'aria-label': 'Narrow down' }, text, ...menus.map(({ menu }) => menu), clear, status);
  // Enter in the field would send the form.
  form.addEventListener('submit', (event) => event.preventDefault());
  place.replaceWith(form);
  addEventListener('popstate', update);
  addEventListener('hashchange', update);
  update();
}

/** A row shows the beginning of what is said of its node; all of it is read once somebody looks for words. */
async function addWords(rows: readonly Row[]): Promise<void> {
  const [index, { texts, said }] = [await readData('index'), await readData('words')];
  const all = new Map(index.nodes.map(([, , page], at) => [addressOf(page), texts[said[at]?.[0] ?? -1] ?? '']));
  for (const row of rows) row.text += `\n${all.get(row.address) ?? ''}`.toLowerCase();
}

function makeMenu(facet: Facet, choices: readonly string[]): HTMLSelectElement {
  const menu = make('select', { 'aria-label': titles[facet] }, make('option', { value: '' }, titles[facet]));
  for (const value of choices) menu.append(make('option', { value }, value));
  return menu;
}

/** An address may ask for what no node has: that stands in the menu as well, or nobody saw why the list is empty. */
function choose(menu: HTMLSelectElement, value: string): void {
  if (![...menu.options].some((option) => option.value === value)) menu.append(make('option', { value }, value));
  menu.value = value;
  menu.classList.toggle('chosen', value !== '');
}

function readSection(element: HTMLElement): Section {
  const kind = element.dataset['kind'] ?? '';
  const groups = [...element.querySelectorAll<HTMLElement>('tbody[data-folder]')].map((group) => {
    const folder = group.dataset['folder'] ?? '';
    return { element: group, rows: [...group.querySelectorAll<HTMLElement>('tr[data-node]')].map((row) => readRow(row, { kind, folder })) };
  });
  return { element, count: element.querySelector('h2 .count'), groups };
}

function readRow(element: HTMLElement, { kind, folder }: { readonly kind: string; readonly folder: string }): Row {
  const textsOf = (selector: string): string[] => [...element.querySelectorAll(selector)].map((found) => found.textContent ?? '');
  const owner = element.dataset['owner'];
  const values = {
    kind: [kind],
    folder: folder === '' ? [] : [folder],
    tag: textsOf('.tag'),
    owner: owner === undefined ? [] : [owner],
    status: textsOf('.verdict'),
    change: textsOf('.change'),
  };
  const [name = ''] = textsOf('a');
  const [title = ''] = textsOf('td > .quiet');
  const [description = ''] = textsOf('td:nth-child(3)');
  return { element, address: element.querySelector('a')?.getAttribute('href') ?? '', text: `${name}\n${title}\n${description}`.toLowerCase(), values };
}

/** Gives how many rows are left. */
function narrow(sections: readonly Section[], state: FilterState): number {
  let all = 0;
  for (const { element, count, groups } of sections) {
    let inSection = 0;
    for (const group of groups) {
      let inGroup = 0;
      for (const row of group.rows) {
        const isShown = passes(row, state);
        row.element.hidden = !isShown;
        if (isShown) inGroup += 1;
      }
      group.element.hidden = inGroup === 0;
      inSection += inGroup;
    }
    element.hidden = inSection === 0;
    if (count !== null) count.textContent = inSection.toLocaleString('en');
    all += inSection;
  }
  return all;
}
