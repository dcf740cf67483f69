/** The script of the site: everything it adds can be done without. */
import { startExplorer } from './explorer.ts';
import { acceptData } from './site-reader.ts';
import { addSearch } from './search.ts';
import { addThemeSwitch, applyTheme } from './theme.ts';
import { tellTimes } from './times.ts';

// Before the page is drawn, so that it does not flash.
applyTheme();
acceptData();
addEventListener('DOMContentLoaded', () => {
  addThemeSwitch();
  addSearch();
  tellTimes(Date.now());
  const explorer = document.querySelector('[data-explorer]');
  if (explorer !== null) void startExplorer(explorer);
});
