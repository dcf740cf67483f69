/** In a site of one file the pages are sections: shows the one that the address names. */

/** The page that the address names: `model/orders` of `#model/orders:c-id`. */
function pageOf(hash: string): string {
  return decodeURIComponent(hash.slice(1).split(':', 1)[0] ?? '');
}

/** `shown` is told the first time that a page is shown. */
export function showSections(shown: (section: Element) => void): void {
  const sections = new Map([...document.querySelectorAll('.page')].map((section) => [section.id, section]));
  const met = new Set<Element>();
  const update = (): void => {
    const section = sections.get(pageOf(location.hash)) ?? (document.querySelector('.page.shown') === null ? sections.get('index') : undefined);
    if (section === undefined) return;
    for (const other of sections.values()) other.classList.toggle('shown', other === section);
    for (const link of document.querySelectorAll('.top nav a')) {
      if (link.getAttribute('href') === `#${section.getAttribute('data-menu') ?? ''}`) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    document.title = section.getAttribute('data-title') ?? document.title;
    if (!met.has(section)) {
      met.add(section);
      shown(section);
    }
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (place === null || place === section) scrollTo(0, 0);
    else place.scrollIntoView();
  };
  document.documentElement.classList.add('scripted');
  addEventListener('hashchange', update);
  update();
}
