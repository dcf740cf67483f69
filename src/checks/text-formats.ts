/** The named formats of texts, as regular expressions that every engine reads alike. */

/** A number from 0 to 255. */
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ipv4 = `${octet}(\\.${octet}){3}`;
const hextet = '[0-9a-fA-F]{1,4}';

/** So many groups with colons between them. */
function groups(least: number, most: number): string {
  return most === 0 ? '' : least === most ? `${hextet}(:${hextet}){${most - 1}}` : `(${hextet}(:${hextet}){0,${most - 1}})?`;
}

/** Eight groups, of which `::` stands for one or more that are 0; the last two may be an IPv4 address. */
function ipv6Pattern(): string {
  const forms = [groups(8, 8), `(${hextet}:){6}${ipv4}`];
  for (let left = 0; left <= 7; left += 1) {
    const head = `${groups(left, left)}::`;
    forms.push(`${head}${groups(0, 7 - left)}`);
    if (left <= 5) forms.push(`${head}(${hextet}:){0,${5 - left}}${ipv4}`);
  }
  return `(${forms.join('|')})`;
}

const ipv6 = ipv6Pattern();
const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const domain = `${label}(\\.${label})+`;
const day = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const clock = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?';
const zone = '(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)';
const atom = "[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+";

/** A format: its pattern, and what no pattern can say. */
export interface TextFormat {
  readonly pattern: string;
  /** The text is a date, or begins with one. */
  readonly isDate?: true;
  /** The digits have the check digit of payment cards. */
  readonly isCard?: true;
}

const whole = (pattern: string): TextFormat => ({ pattern: `^${pattern}$` });

export const textFormats: Readonly<Record<string, TextFormat>> = {
  email: whole(`${atom}(\\.${atom})*@${domain}`),
  uuid: whole('[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'),
  url: whole('(https?|ftp)://[^/?# ]+([/?#][^ ]*)?'),
  domain: whole(domain),
  ipv4: whole(ipv4),
  ipv6: whole(ipv6),
  ip: whole(`(${ipv4}|${ipv6})`),
  cidr: whole(`(${ipv4}/(3[0-2]|[12]?[0-9])|${ipv6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))`),
  mac: whole('[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}'),
  phone: whole('[+]?[(]?[0-9]([ ().-]*[0-9]){6,14}'),
  card: { pattern: '^[0-9]([ -]?[0-9]){11,18}$', isCard: true },
  iso_date: { pattern: `^${day}$`, isDate: true },
  iso_time: whole(`${clock}${zone}?`),
  iso_datetime: { pattern: `^${day}[T ]${clock}${zone}?$`, isDate: true },
  integer: whole('[+-]?[0-9]+'),
  decimal: whole('[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)'),
  number: whole('[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?'),
  percentage: whole('[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+) ?%'),
  hexadecimal: whole('(0[xX])?[0-9a-fA-F]+'),
  slug: whole('[a-z0-9]+(-[a-z0-9]+)*'),
  http_method: whole('(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)'),
  semantic_version: whole('(0|[1-9][0-9]*)([.](0|[1-9][0-9]*)){2}(-[0-9A-Za-z.-]+)?([+][0-9A-Za-z.-]+)?'),
};
