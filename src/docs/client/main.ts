/** The script of the site: everything it adds can be done without. */
import { startExplorer } from './explorer.ts';
import { startFilters } from './filters.ts';
import { acceptData } from './site-reader.ts';
import { addSearch } from './search.ts';
import { showSections } from './sections.ts';
import { addThemeSwitch, applyTheme } from './theme.ts';
import { tellTimes } from './times.ts';

// Before the page is drawn, so that it does not flash.
applyTheme();
acceptData();
addEventListener('DOMContentLoaded', () => {
  addThemeSwitch();
  addSearch();
  tellTimes(Date.now());
  const start = (page: Element): void => {
    startFilters(page);
    const explorer = page.querySelector('[data-explorer]');
    if (explorer !== null) void startExplorer(explorer);
  };
  if (document.documentElement.dataset['single'] === undefined) start(document.body);
  else showSections(start);
});
