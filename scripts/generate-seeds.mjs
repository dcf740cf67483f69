#!/usr/bin/env node
/**
 * Writes the example project's data: the CSV files under seeds/ and the files under data/.
 *
 * The shop is invented. The same code always writes the same bytes: an own small random generator
 * with a fixed seed, no clock, no locale. `--check` writes nothing and fails if a committed file differs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DAY = 86_400_000;
const MINUTE = 60_000;
const FIRST_ORDER_DAY = Date.UTC(2024, 0, 1);
/** The moment of the extract: nothing in the files happens later. */
const EXTRACTED_AT = Date.UTC(2025, 6, 1);

/** mulberry32: 32 bits of state, good enough for sample data. */
function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (low, high) => low + Math.floor(next() * (high - low + 1));
  const pick = (list) => list[int(0, list.length - 1)];
  const chance = (share) => next() < share;
  /** `[[value, weight], …]` */
  const weighted = (pairs) => {
    let at = next() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of pairs) {
      at -= weight;
      if (at < 0) return value;
    }
    return pairs[pairs.length - 1][0];
  };
  return { next, int, pick, chance, weighted };
}

const timestamp = (ms) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const date = (ms) => new Date(ms).toISOString().slice(0, 10);
const startOfDay = (ms) => ms - (ms % DAY);

const STORES = [
  [1, 'Online', 'web', '', '', '2023-10-01'],
  [2, 'Harbor Street', 'retail', 'Boston', '02108', '2023-10-01'],
  [3, 'Old Port', 'retail', 'Portland', '04101', '2023-11-15'],
  [4, 'Flatiron', 'retail', 'New York', '10010', '2023-10-01'],
  [5, 'Lakeside', 'retail', 'Chicago', '60611', '2024-03-01'],
  [6, 'Mission', 'retail', 'San Francisco', '94110', '2024-09-01'],
];

/** City and the first three digits of its postcodes. */
const CITIES = [
  ['Boston', '021'],
  ['Portland', '041'],
  ['Hartford', '061'],
  ['Newark', '071'],
  ['New York', '100'],
  ['Philadelphia', '191'],
  ['Baltimore', '212'],
  ['Atlanta', '303'],
  ['Nashville', '372'],
  ['Cleveland', '441'],
  ['Minneapolis', '554'],
  ['Chicago', '606'],
  ['New Orleans', '701'],
  ['Denver', '802'],
  ['San Francisco', '941'],
  ['Seattle', '981'],
];

const REGIONS = [
  ['0', 'New England and New Jersey', 'Dana Whitfield'],
  ['1', 'Mid-Atlantic', 'Dana Whitfield'],
  ['2', 'South Atlantic', 'Rosa Delgado'],
  ['3', 'Southeast', 'Rosa Delgado'],
  ['4', 'Great Lakes', 'Tomasz Wójcik'],
  ['5', 'Upper Midwest', 'Tomasz Wójcik'],
  ['6', 'Central', 'Tomasz Wójcik'],
  ['7', 'South Central', 'Rosa Delgado'],
  ['8', 'Mountain', 'Mei-Ling Chen'],
  ['9', 'Pacific', 'Mei-Ling Chen'],
];

const FIRST_NAMES = [
  'Ana',
  'Ben',
  'Chloé',
  'Dmitri',
  'Elif',
  'Fatima',
  'George',
  'Hương',
  'Ines',
  'Jörg',
  'Kwame',
  'Łukasz',
  'María',
  'Noah',
  'Olivia',
  'Priya',
  'Quentin',
  'Renée',
  'Siân',
  'Tariq',
  'Ursula',
  'Viktor',
  'Wren',
  'Xiao',
  'Yuki',
  'Zoë',
];
const LAST_NAMES = [
  'Adeyemi',
  'Brontë',
  'Castro',
  "D'Angelo",
  'Eriksen',
  'Fischer',
  'García',
  'Hughes',
  'Ito',
  'Jensen',
  'Kovač',
  'Lee',
  'Müller',
  'Nguyễn',
  "O'Connor",
  'Petrov',
  'Quinn',
  'Rossi',
  'Søndergaard',
  'Taylor',
  'Usman',
  'Vega',
  'Walsh',
  'Yılmaz',
  'Żak',
];
/** Names that a careless CSV reader gets wrong. */
const ODD_NAMES = ['Robert "Bob" Lee', 'Sammy Davis, Jr.', '李娜', 'Ng', 'Null Berg'];

const CATEGORIES = [
  [
    'coffee',
    ['House Blend 250 g', 'House Blend 1 kg', 'Decaf 250 g', 'Ethiopia Guji 250 g', 'Colombia Huila 250 g', 'Espresso Nº 5 1 kg'],
    [1100, 4200],
  ],
  ['tea', ['Assam 100 g', 'Darjeeling 100 g', 'Sencha 100 g', 'Rooibos 150 g', 'Earl Grey 50 bags', 'Jasmine Pearls 80 g'], [700, 2600]],
  [
    'brewing',
    ['Pour-over Cone', 'French Press 1 l', 'Moka Pot 6 cups', 'Paper Filters 100', 'Gooseneck Kettle', 'Cold Brew Bottle'],
    [600, 8900],
  ],
  ['grinders', ['Hand Grinder', 'Burr Grinder', 'Burr Grinder Pro', 'Grinder Brush'], [900, 24900]],
  ['cups', ['Stoneware Mug', 'Espresso Cup, set of 2', 'Travel Mug 350 ml', 'Café au Lait Bowl', 'Glass Tumbler'], [900, 3400]],
  ['gifts', ['Tasting Box', 'Starter Kit', 'Gift Wrap', 'Coffee Atlas (book)'], [400, 6900]],
];

function makeProducts(random) {
  const products = [];
  for (const [category, names, [low, high]] of CATEGORIES) {
    for (const name of names) {
      const price = random.int(low / 50, high / 50) * 50 - 1;
      const cost = Math.round((price * random.int(38, 66)) / 100);
      const discontinued = random.chance(0.1) ? Date.UTC(2024, random.int(6, 15), 1) : undefined;
      products.push({ id: 101 + products.length, name, category, price, cost, discontinued });
    }
  }
  return products;
}

function makeEmail(random, id, name) {
  if (random.chance(0.05)) return '';
  const plain = name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .trim()
    .toLowerCase()
    .split(' ')
    .filter(Boolean)
    .join('.');
  const address = `${plain === '' ? 'customer' : plain}.${id}@example.${random.pick(['com', 'org', 'net'])}`;
  // Typed by hand at the till: capitals and a space at the end.
  if (random.chance(0.06)) return `${address[0].toUpperCase()}${address.slice(1)} `;
  return address;
}

function makeCustomers(random) {
  const customers = [];
  for (let id = 1; id <= 320; id++) {
    const name = ODD_NAMES[id / 40 - 1] ?? `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
    const [city, prefix] = random.pick(CITIES);
    // The lower of two draws now and then: sign-ups were more frequent in the first year.
    const day = random.chance(0.3) ? Math.min(random.int(0, 619), random.int(0, 619)) : random.int(0, 619);
    const created = Date.UTC(2023, 9, 1) + day * DAY + random.int(7 * 60, 22 * 60) * MINUTE;
    customers.push({
      id,
      name,
      city,
      created,
      email: makeEmail(random, id, name),
      postcode: random.chance(0.02) ? '' : `${prefix}${String(random.int(1, 60)).padStart(2, '0')}`,
      optIn: random.chance(0.55),
      // How often this customer comes back: most once or twice, a few all the time.
      appetite: random.weighted([
        [0, 18],
        [1, 26],
        [3, 30],
        [8, 18],
        [20, 8],
      ]),
    });
  }
  return customers;
}

/** Store, moment and customer of every order, in time order. */
function makeOrderMoments(random, customers) {
  const moments = [];
  for (const customer of customers) {
    const count = customer.appetite === 0 ? 0 : random.int(Math.ceil(customer.appetite / 2), Math.ceil(customer.appetite * 1.6));
    const from = Math.max(customer.created, FIRST_ORDER_DAY);
    const days = Math.floor((EXTRACTED_AT - from) / DAY);
    for (let i = 0; i < count && days > 1; i++) {
      // The first order follows the sign-up closely; the others fall anywhere, more of them before Christmas.
      let at = startOfDay(from) + (i === 0 ? random.int(0, Math.min(20, days - 1)) : random.int(0, days - 1)) * DAY;
      if (random.chance(0.12) && from < Date.UTC(2024, 10, 20)) at = Date.UTC(2024, 10, 20) + random.int(0, 33) * DAY;
      at += random.int(8 * 60, 21 * 60) * MINUTE + random.int(0, 59) * 1000;
      if (at < customer.created) at = customer.created + random.int(2, 90) * MINUTE;
      if (at < EXTRACTED_AT) moments.push({ at, customer, store: pickStore(random, at, customer) });
    }
  }
  return moments.sort((a, b) => a.at - b.at || a.customer.id - b.customer.id);
}

function pickStore(random, at, customer) {
  const near = STORES.find(([, , channel, city, , opened]) => channel === 'retail' && city === customer.city && Date.parse(opened) <= at);
  return near !== undefined && random.chance(0.55) ? near : STORES[0];
}

function makeLines(random, products, at) {
  const onSale = products.filter((product) => product.discontinued === undefined || product.discontinued > at);
  const lines = [];
  const count = random.weighted([
    [1, 38],
    [2, 30],
    [3, 18],
    [4, 9],
    [6, 5],
  ]);
  for (let i = 0; i < count; i++) {
    const product = random.pick(onSale);
    if (lines.some((line) => line.product === product)) continue;
    const quantity = random.weighted([
      [1, 70],
      [2, 20],
      [3, 7],
      [6, 3],
    ]);
    // A price list of 2025: five percent up.
    const unitPrice = at < Date.UTC(2025, 0, 1) ? product.price : Math.round(product.price * 1.05);
    const discount = random.chance(0.15) ? Math.round((unitPrice * quantity * random.pick([5, 10, 20])) / 100) : 0;
    lines.push({ product, quantity, unitPrice, discount });
  }
  return lines;
}

/** Decides what became of an order: shipped, delivered late, cancelled, returned. */
function fulfil(random, order) {
  const { at, store } = order;
  if (store[2] === 'retail') {
    Object.assign(order, { promised: at, shipped: at, delivered: at, status: 'delivered' });
  } else if (random.chance(0.06)) {
    Object.assign(order, { promised: at + 5 * DAY, status: 'cancelled', cancelled: at + random.int(20, 1500) * MINUTE });
  } else {
    const shipped = at + random.int(4 * 60, 70 * 60) * MINUTE;
    const delivered =
      shipped +
      random.weighted([
        [1, 30],
        [2, 40],
        [3, 18],
        [6, 9],
        [11, 3],
      ]) *
        DAY +
      random.int(0, 300) * MINUTE;
    Object.assign(order, { promised: at + 5 * DAY, shipped, delivered, status: 'delivered' });
  }
  if (order.shipped >= EXTRACTED_AT) order.shipped = undefined;
  if (order.delivered >= EXTRACTED_AT) order.delivered = undefined;
  if (order.cancelled >= EXTRACTED_AT) Object.assign(order, { cancelled: undefined, status: 'placed' });
  if (order.status === 'delivered' && order.delivered === undefined) order.status = order.shipped === undefined ? 'placed' : 'shipped';
}

function pay(random, order, payments) {
  let at = order.at + random.int(0, 3) * MINUTE;
  const add = (method, amount, status) => payments.push({ id: 50_001 + payments.length, order: order.id, method, amount, status, at });
  const method = random.weighted([
    ['card', 60],
    ['paypal', 22],
    ['bank_transfer', 10],
    ['gift_card', 8],
  ]);
  if (random.chance(0.04)) {
    add(method, order.total, 'failed');
    at += random.int(1, 9) * MINUTE;
  }
  // A cancelled order was authorised, never captured.
  if (order.status === 'cancelled') add(method, order.total, 'voided');
  else if (method !== 'gift_card' && order.total > 4000 && random.chance(0.08)) {
    add('gift_card', 2500, 'captured');
    add(method, order.total - 2500, 'captured');
  } else add(method, order.total, 'captured');
  order.lastPayment = at;
}

function refund(random, order, refunds) {
  if (order.status !== 'delivered') return;
  const kind = random.weighted([
    ['none', 91],
    ['full', 4],
    ['part', 5],
  ]);
  const at = order.delivered + random.int(1, 25) * DAY + random.int(0, 600) * MINUTE;
  if (kind === 'none' || at >= EXTRACTED_AT) return;
  const amount = kind === 'full' ? order.total : Math.max(100, Math.round((order.total * random.int(10, 60)) / 100));
  const reason = kind === 'full' ? random.pick(['wrong item', 'changed mind', 'damaged']) : random.pick(['late', 'damaged', 'price match']);
  refunds.push({ order: order.id, amount, reason, at });
  order.lastRefund = at;
  if (kind === 'full') order.status = 'returned';
}

function makeOrders(random, customers, products) {
  const payments = [];
  const refunds = [];
  const orders = makeOrderMoments(random, customers).map((moment, index) => {
    const lines = makeLines(random, products, moment.at);
    const total = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice - line.discount, 0);
    const order = { id: 1001 + index, ...moment, lines, total };
    fulfil(random, order);
    pay(random, order, payments);
    refund(random, order, refunds);
    const moments = [order.at, order.shipped, order.delivered, order.cancelled, order.lastPayment, order.lastRefund];
    order.updated = Math.max(...moments.filter((at) => at !== undefined));
    return order;
  });
  refunds.sort((a, b) => a.at - b.at || a.order - b.order);
  return { orders, payments, refunds };
}

function makeSessions(random, orders, customers) {
  const sessions = [];
  const channels = [
    ['search', 34],
    ['direct', 28],
    ['email', 16],
    ['social', 14],
    ['referral', 8],
  ];
  const devices = [
    ['mobile', 55],
    ['desktop', 37],
    ['tablet', 8],
  ];
  for (const order of orders) {
    if (order.store[2] !== 'web') continue;
    sessions.push({
      visitor: `v${order.customer.id}`,
      customer: order.customer.id,
      order: order.id,
      at: order.at - random.int(4, 55) * MINUTE,
      pages: random.int(4, 24),
      channel: random.weighted(channels),
      device: random.weighted(devices),
    });
  }
  for (let i = 0; i < 1300; i++) {
    const known = random.chance(0.3) ? random.pick(customers) : undefined;
    const bot = known === undefined && random.chance(0.05);
    const from = Math.max(FIRST_ORDER_DAY, known === undefined ? 0 : startOfDay(known.created) + DAY);
    const at = from + Math.floor(random.next() * (EXTRACTED_AT - from - 1000));
    sessions.push({
      visitor: known === undefined ? `a${random.int(1, 900)}` : `v${known.id}`,
      customer: known?.id,
      order: undefined,
      at: at - (at % 1000),
      pages: bot ? random.int(120, 900) : random.int(1, 9),
      channel: random.weighted(channels),
      device: bot ? 'bot' : random.weighted(devices),
    });
  }
  sessions.sort((a, b) => a.at - b.at || (a.visitor < b.visitor ? -1 : 1));
  return sessions;
}

function makeTickets(random, orders) {
  const tickets = [];
  for (const order of orders) {
    const late = order.delivered !== undefined && startOfDay(order.delivered) > startOfDay(order.promised);
    if (!random.chance(late ? 0.35 : 0.04)) continue;
    const opened = (order.delivered ?? order.at) + random.int(30, 4000) * MINUTE;
    if (opened >= EXTRACTED_AT) continue;
    const closed = opened + random.int(40, 9000) * MINUTE;
    const isClosed = closed < EXTRACTED_AT;
    tickets.push({
      ticket_id: 9001 + tickets.length,
      customer_id: order.customer.id,
      order_id: random.chance(0.9) ? order.id : null,
      topic: late ? 'delivery' : random.pick(['product', 'delivery', 'invoice', 'other']),
      opened_at: timestamp(opened),
      closed_at: isClosed ? timestamp(closed) : null,
      rating:
        isClosed && random.chance(0.6)
          ? random.weighted([
              [1, late ? 3 : 1],
              [2, 1],
              [3, 2],
              [4, 4],
              [5, 4],
            ])
          : null,
    });
  }
  return tickets;
}

function csv(header, rows) {
  const cell = (value) => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

const optional = (format, ms) => (ms === undefined ? '' : format(ms));

/** Every file with its text, by path from the project folder. */
function generateFiles() {
  const random = createRandom(20_240_101);
  const products = makeProducts(random);
  const customers = makeCustomers(random);
  const { orders, payments, refunds } = makeOrders(random, customers, products);
  const sessions = makeSessions(random, orders, customers);
  const tickets = makeTickets(random, orders);
  const files = {};
  files['seeds/stores.csv'] = csv(['store_id', 'name', 'channel', 'city', 'postcode', 'opened_on'], STORES);
  files['seeds/postcode_regions.csv'] = csv(['postcode_prefix', 'region', 'manager'], REGIONS);
  files['seeds/products.csv'] = csv(
    ['product_id', 'name', 'category', 'list_price_cents', 'unit_cost_cents', 'discontinued_on'],
    products.map((p) => [p.id, p.name, p.category, p.price, p.cost, optional(date, p.discontinued)]),
  );
  files['seeds/customers.csv'] = csv(
    ['customer_id', 'name', 'email', 'city', 'postcode', 'marketing_opt_in', 'created_at'],
    customers.map((c) => [c.id, c.name, c.email, c.city, c.postcode, c.optIn, timestamp(c.created)]),
  );
  files['seeds/orders.csv'] = csv(
    ['order_id', 'customer_id', 'store_id', 'status', 'ordered_at', 'promised_on', 'shipped_at', 'delivered_at', 'updated_at'],
    orders.map((o) => [
      o.id,
      o.customer.id,
      o.store[0],
      o.status,
      timestamp(o.at),
      date(o.promised),
      optional(timestamp, o.shipped),
      optional(timestamp, o.delivered),
      timestamp(o.updated),
    ]),
  );
  files['seeds/order_items.csv'] = csv(
    ['order_id', 'line_number', 'product_id', 'quantity', 'unit_price_cents', 'discount_cents'],
    orders.flatMap((o) => o.lines.map((l, i) => [o.id, i + 1, l.product.id, l.quantity, l.unitPrice, l.discount])),
  );
  files['seeds/payments.csv'] = csv(
    ['payment_id', 'order_id', 'method', 'status', 'amount_cents', 'paid_at'],
    payments.map((p) => [p.id, p.order, p.method, p.status, p.amount, timestamp(p.at)]),
  );
  files['seeds/refunds.csv'] = csv(
    ['refund_id', 'order_id', 'amount_cents', 'reason', 'refunded_at'],
    refunds.map((r, i) => [7001 + i, r.order, r.amount, r.reason, timestamp(r.at)]),
  );
  files['data/web_sessions.csv'] = csv(
    ['session_id', 'visitor_id', 'customer_id', 'order_id', 'started_at', 'pages', 'channel', 'device'],
    sessions.map((s, i) => [
      `s${String(i + 1).padStart(5, '0')}`,
      s.visitor,
      s.customer,
      s.order,
      timestamp(s.at),
      s.pages,
      s.channel,
      s.device,
    ]),
  );
  files['data/support_tickets.json'] = `[\n${tickets.map((ticket) => JSON.stringify(ticket)).join(',\n')}\n]\n`;
  return files;
}

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const files = generateFiles();
if (process.argv.includes('--check')) {
  const stale = Object.keys(files).filter((path) => readOrNothing(join(ROOT, path)) !== files[path]);
  for (const path of stale) process.stderr.write(`${path} is not what scripts/generate-seeds.mjs writes\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    process.stdout.write(`${path} ${Buffer.byteLength(text)} bytes\n`);
  }
}
