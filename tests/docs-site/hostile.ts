/** Texts that run as code wherever they are taken for markup. */
const payload = 'window.hostile=1';

const elements = [
  'img src=x onerror',
  'svg onload',
  'body onload',
  'details open ontoggle',
  'input autofocus onfocus',
  'video src=x onerror',
].map((start) => `<${start}=${payload}>`);

const closers = ['"', "'", '`', '</p>', '</code>', '</title>', '</style>', '</script>', '</textarea>', '-->', ']]>', '"/>'].flatMap(
  (end) => [`${end}<script>${payload}</script>`, `${end} onmouseover=${payload} x=`],
);

const links = [
  `javascript:${payload}`,
  `JaVaScRiPt:${payload}`,
  `java\tscript:${payload}`,
  `&#106;avascript:${payload}`,
  `data:text/html,<script>${payload}</script>`,
  `vbscript:${payload}`,
].flatMap((address) => [`[a](${address})`, `<a href="${address}">x</a>`, `![a](${address})`, `<${address}>`]);

const others = [
  '<style>*{display:none}</style>',
  '<base href="https://example.com/">',
  '<meta http-equiv=refresh content="0;url=https://example.com">',
  '<iframe srcdoc="<script>parent.hostile=1</script>">',
  '\u2028</script>\u2029',
  '<!--',
  '${window.hostile=1}',
  '{{constructor.constructor("window.hostile=1")()}}',
];

export const hostileTexts: readonly string[] = [...elements, ...closers, ...links, ...others];
