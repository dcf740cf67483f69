/** Makes elements. Text goes in as text, so that nothing of a project is ever read as markup. */

type Attributes = Readonly<Record<string, string | undefined>>;

function fill(element: Element, attributes: Attributes, children: readonly (Node | string)[]): void {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

export function draw<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
}

/** A button with its words, and what it does. */
export function button(words: string, name: string, action: () => void): HTMLButtonElement {
  const element = make('button', { type: 'button', class: name }, words);
  element.addEventListener('click', action);
  return element;
}

/** The place for tools at the top of every page. */
export function toolbar(): Element | null {
  return document.querySelector('.top .tools');
}
