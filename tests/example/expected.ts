/**
 * The example project's numbers, worked out in plain JavaScript straight from its CSV and JSON files.
 * Knows nothing of the models: money is counted in cents, days are text.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A table as text cells, NULL as the empty text; rows in the order that the query asks for. */
export type Cells = readonly (readonly (string | number)[])[];

interface Sale {
  readonly id: string;
  readonly customer: string;
  readonly store: string;
  readonly day: string;
  readonly total: number;
  readonly items: number;
}

/** Cells of a CSV text by column name; quoted cells may hold commas, quotes and line ends. */
export function readCsv(text: string): ReadonlyMap<string, string>[] {
  const table: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quoted && sign === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at++;
    } else if (sign === '"') quoted = !quoted;
    else if (quoted || (sign !== ',' && sign !== '\n')) cell += sign;
    else {
      row.push(cell);
      cell = '';
      if (sign === '\n') {
        table.push(row);
        row = [];
      }
    }
  }
  const [header = [], ...rows] = table;
  return rows.map((cells) => new Map(header.map((name, index) => [name, cells[index] ?? ''])));
}

function groupBy<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const monthOf = (day: string): string => `${day.slice(0, 7)}-01`;
const monthNumber = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
const daysBetween = (earlier: string, later: string): number => Math.round((Date.parse(later) - Date.parse(earlier)) / 86_400_000);

/** Rank as SQL's `rank()`: equal values share the best place. */
const rankIn = (values: readonly number[], value: number): number => 1 + values.filter((other) => other > value).length;

function* daysFrom(first: string, end: string): Generator<string> {
  for (let at = Date.parse(first); at < Date.parse(end); at += 86_400_000) yield new Date(at).toISOString().slice(0, 10);
}

/** Reads a project folder and works out every mart. */
export function computeExpected(root: string) {
  const csv = (path: string) => {
    const rows = readCsv(readFileSync(join(root, path), 'utf8'));
    return rows.map(
      (row) =>
        (name: string): string =>
          row.get(name) ?? '',
    );
  };
  const customers = csv('seeds/customers.csv');
  const products = csv('seeds/products.csv');
  const stores = csv('seeds/stores.csv');
  const orders = csv('seeds/orders.csv');
  const items = csv('seeds/order_items.csv').map((row) => ({
    order: row('order_id'),
    product: row('product_id'),
    quantity: Number(row('quantity')),
    total: Number(row('quantity')) * Number(row('unit_price_cents')) - Number(row('discount_cents')),
  }));
  const refunds = csv('seeds/refunds.csv');
  const sessions = csv('data/web_sessions.csv').filter((row) => row('device') !== 'bot');
  // The generator writes this file; its objects have the field named here.
  const tickets = JSON.parse(readFileSync(join(root, 'data/support_tickets.json'), 'utf8')) as readonly { order_id: number | null }[];

  const itemsByOrder = groupBy(items, (item) => item.order);
  const totalOf = (order: string): number => sum((itemsByOrder.get(order) ?? []).map((item) => item.total));
  const piecesOf = (order: string): number => sum((itemsByOrder.get(order) ?? []).map((item) => item.quantity));
  const sales: readonly Sale[] = orders
    .filter((row) => row('status') !== 'cancelled')
    .map((row) => {
      const id = row('order_id');
      const day = row('ordered_at').slice(0, 10);
      return { id, customer: row('customer_id'), store: row('store_id'), day, total: totalOf(id), items: piecesOf(id) };
    });
  const saleById = new Map(sales.map((sale) => [sale.id, sale]));
  const salesByCustomer = groupBy(sales, (sale) => sale.customer);
  const refundsByOrder = groupBy(refunds, (row) => row('order_id'));
  const customerOfOrder = new Map(orders.map((row) => [row('order_id'), row('customer_id')]));
  const centsOf = (rows: readonly ((name: string) => string)[]): number => sum(rows.map((row) => Number(row('amount_cents'))));
  const refundsByCustomer = groupBy(refunds, (row) => customerOfOrder.get(row('order_id')) ?? '');

  /** order, status, total, refunded, late: by order. */
  function factOrders(): Cells {
    return orders.map((row) => {
      const delivered = row('delivered_at').slice(0, 10);
      const late = delivered === '' ? '' : String(delivered > row('promised_on'));
      const id = row('order_id');
      return [id, row('status'), totalOf(id), centsOf(refundsByOrder.get(id) ?? []), late, row('updated_at')];
    });
  }

  /** month, orders, customers, revenue, refunded, net, year to date, growth: by month. */
  function monthlyRevenue(): Cells {
    const months = [...new Set([...daysFrom('2024-01-01', '2025-07-01')].map(monthOf))];
    const revenueOf = (month: string): number => sum(sales.filter((sale) => monthOf(sale.day) === month).map((sale) => sale.total));
    return months.map((month, index) => {
      const own = sales.filter((sale) => monthOf(sale.day) === month);
      const refunded = centsOf(refunds.filter((row) => monthOf(row('refunded_at')) === month));
      const toDate = months.filter((other) => other <= month && other.slice(0, 4) === month.slice(0, 4));
      const before = months[index - 1];
      const growth = before === undefined ? '' : (revenueOf(month) - revenueOf(before)) / revenueOf(before);
      const revenue = revenueOf(month);
      const buyers = new Set(own.map((sale) => sale.customer)).size;
      return [month, own.length, buyers, revenue, refunded, revenue - refunded, sum(toDate.map(revenueOf)), growth];
    });
  }

  /** customer, email, postcode, orders, lifetime value, tier, rank, first and last day: by customer. */
  function customersOfShop(): Cells {
    const valueOf = (id: string): number =>
      sum((salesByCustomer.get(id) ?? []).map((sale) => sale.total)) - centsOf(refundsByCustomer.get(id) ?? []);
    const values = customers.map((row) => valueOf(row('customer_id')));
    return customers.map((row, index) => {
      const own = salesByCustomer.get(row('customer_id')) ?? [];
      const value = values[index] ?? 0;
      const tier = value >= 60_000 ? 'gold' : value >= 20_000 ? 'silver' : value >= 1 ? 'bronze' : 'none';
      const days = own.map((sale) => sale.day).sort(byText);
      return [
        row('customer_id'),
        row('email').trim().toLowerCase(),
        row('postcode'),
        own.length,
        value,
        tier,
        rankIn(values, value),
        days[0] ?? '',
        days[days.length - 1] ?? '',
      ];
    });
  }

  /** product, units, revenue, margin, rank in its category, share: by product. */
  function productsOfShop(): Cells {
    const sold = groupBy(
      items.filter((item) => saleById.has(item.order)),
      (item) => item.product,
    );
    const revenueOf = (id: string): number => sum((sold.get(id) ?? []).map((item) => item.total));
    const all = sum(sales.map((sale) => sale.total));
    return products.map((row) => {
      const id = row('product_id');
      const units = sum((sold.get(id) ?? []).map((item) => item.quantity));
      const rivals = products.filter((other) => other('category') === row('category')).map((other) => revenueOf(other('product_id')));
      const margin = revenueOf(id) - units * Number(row('unit_cost_cents'));
      return [id, units, revenueOf(id), margin, rankIn(rivals, revenueOf(id)), revenueOf(id) / all];
    });
  }

  /** cohort, months since, size, active, retention: by cohort and months since. */
  function cohorts(): Cells {
    const firstMonth = new Map([...salesByCustomer].map(([id, own]) => [id, monthOf(own.map((sale) => sale.day).sort(byText)[0] ?? '')]));
    const sizes = groupBy([...firstMonth.values()], (month) => month);
    const active = new Map<string, Set<string>>();
    for (const sale of sales) {
      const cohort = firstMonth.get(sale.customer) ?? '';
      const since = monthNumber(sale.day) - monthNumber(cohort);
      const key = `${cohort} ${String(since).padStart(2, '0')}`;
      active.set(key, (active.get(key) ?? new Set()).add(sale.customer));
    }
    return [...active]
      .sort(([a], [b]) => byText(a, b))
      .map(([key, who]) => {
        const [cohort = '', since = ''] = key.split(' ');
        const size = sizes.get(cohort)?.length ?? 0;
        return [cohort, Number(since), size, who.size, who.size / size];
      });
  }

  /** month, channel, sessions, visitors, orders, revenue, conversion: by month and channel. */
  function channels(): Cells {
    const groups = groupBy(sessions, (row) => `${monthOf(row('started_at'))} ${row('channel')}`);
    return [...groups]
      .sort(([a], [b]) => byText(a, b))
      .map(([key, own]) => {
        const bought = own.flatMap((row) => saleById.get(row('order_id')) ?? []);
        const visitors = new Set(own.map((row) => row('visitor_id'))).size;
        const revenue = sum(bought.map((sale) => sale.total));
        return [...key.split(' '), own.length, visitors, bought.length, revenue, bought.length / own.length];
      });
  }

  /** month, deliveries, late, share, worst, with ticket: by month. */
  function lateDeliveries(): Cells {
    const asked = new Set(tickets.map((ticket) => String(ticket.order_id)));
    const arrived = orders.filter((row) => row('store_id') === '1' && row('delivered_at') !== '');
    const groups = groupBy(arrived, (row) => monthOf(row('promised_on')));
    return [...groups]
      .sort(([a], [b]) => byText(a, b))
      .map(([month, own]) => {
        const days = own.map((row) => daysBetween(row('promised_on'), row('delivered_at').slice(0, 10)));
        const late = days.filter((count) => count > 0).length;
        const withTicket = own.filter((row) => asked.has(row('order_id'))).length;
        return [month, own.length, late, late / own.length, Math.max(...days), withTicket];
      });
  }

  /** day, store, orders, sales, cancelled, items, revenue: by day and store. */
  function dailyStoreSales(): Cells {
    const groups = groupBy(orders, (row) => `${row('ordered_at').slice(0, 10)} ${row('store_id')}`);
    return [...groups]
      .sort(([a], [b]) => byText(a, b))
      .map(([key, own]) => {
        const sold = own.flatMap((row) => saleById.get(row('order_id')) ?? []);
        const pieces = sum(sold.map((sale) => sale.items));
        return [...key.split(' '), own.length, sold.length, own.length - sold.length, pieces, sum(sold.map((sale) => sale.total))];
      });
  }

  /** day, store, sales, revenue, mean of seven days in cents to four places, total so far: by day and store. */
  function storeDays(): Cells {
    const groups = groupBy(sales, (sale) => `${sale.day} ${sale.store}`);
    return stores
      .flatMap((row) => {
        const opened = row('opened_on') > '2024-01-01' ? row('opened_on') : '2024-01-01';
        const revenues: number[] = [];
        return [...daysFrom(opened, '2025-07-01')].map((day) => {
          const own = groups.get(`${day} ${row('store_id')}`) ?? [];
          revenues.push(sum(own.map((sale) => sale.total)));
          const recent = revenues.slice(-7);
          return [
            day,
            row('store_id'),
            own.length,
            revenues[revenues.length - 1] ?? 0,
            Math.round((sum(recent) / recent.length) * 1e4) / 1e4,
            sum(revenues),
          ];
        });
      })
      .sort((a, b) => byText(`${a[0]} ${a[1]}`, `${b[0]} ${b[1]}`));
  }

  return {
    factOrders: factOrders(),
    webSessions: sessions.length,
    monthlyRevenue: monthlyRevenue(),
    customers: customersOfShop(),
    products: productsOfShop(),
    cohorts: cohorts(),
    channels: channels(),
    lateDeliveries: lateDeliveries(),
    dailyStoreSales: dailyStoreSales(),
    storeDays: storeDays(),
  } satisfies Record<string, Cells | number>;
}

export type Expected = ReturnType<typeof computeExpected>;
