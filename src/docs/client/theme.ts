/** Light or dark: as the system says, unless the reader said otherwise. */
import { button, toolbar } from './elements.ts';

const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const words: Readonly<Record<Theme, string>> = { auto: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
const memory = 'tx-docs-theme';

function remembered(): Theme {
  try {
    const found = localStorage.getItem(memory);
    return themes.find((theme) => theme === found) ?? 'auto';
  } catch {
    return 'auto'; // Storage may be forbidden.
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(memory, theme);
  } catch {
    // Then it holds for this page only.
  }
}

function set(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function applyTheme(): void {
  set(remembered());
}

export function addThemeSwitch(): void {
  let theme = remembered();
  const element = button('', 'theme', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
    remember(theme);
    set(theme);
    tell();
  });
  const tell = (): void => {
    element.setAttribute('aria-label', words[theme]);
    element.title = words[theme];
    element.textContent = { auto: '◐', light: '○', dark: '●' }[theme];
  };
  tell();
  toolbar()?.append(element);
}
