/** The script of the site: everything it adds can be done without. */
import { addThemeSwitch, applyTheme } from './theme.ts';
import { tellTimes } from './times.ts';

// Before the page is drawn, so that it does not flash.
applyTheme();
addEventListener('DOMContentLoaded', () => {
  addThemeSwitch();
  tellTimes(Date.now());
});
