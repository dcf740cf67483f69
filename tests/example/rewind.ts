/** Turns the example's files back to what an export at an earlier moment would have held. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from './expected.ts';

/** The files that grow from day to day. */
export const EXPORTED: readonly string[] = [
  'seeds/orders.csv',
  'seeds/order_items.csv',
  'seeds/payments.csv',
  'seeds/refunds.csv',
  'data/web_sessions.csv',
];

function rewrite(path: string, keep: (row: Map<string, string>) => boolean): void {
  const rows = readCsv(readFileSync(path, 'utf8')).map((row) => new Map(row));
  const header = [...(rows[0]?.keys() ?? [])];
  // No cell of these files needs quotes.
  const kept = rows.filter(keep).map((row) => [...row.values()]);
  writeFileSync(path, [header, ...kept].map((cells) => `${cells.join(',')}\n`).join(''));
}

/** Orders after `moment` vanish; orders that changed after it are again placed and paid, and nothing more. */
export function rewindTo(folder: string, moment: string): void {
  const [orders = '', items = '', payments = '', refunds = '', sessions = ''] = EXPORTED.map((path) => join(folder, path));
  const known = new Set<string>();
  rewrite(orders, (row) => {
    const orderedAt = row.get('ordered_at') ?? '';
    if (orderedAt > moment) return false;
    known.add(row.get('order_id') ?? '');
    if ((row.get('updated_at') ?? '') > moment) {
      row.set('status', 'placed').set('shipped_at', '').set('delivered_at', '').set('updated_at', orderedAt);
      known.add(`open ${row.get('order_id') ?? ''}`);
    }
    return true;
  });
  rewrite(items, (row) => known.has(row.get('order_id') ?? ''));
  rewrite(payments, (row) => {
    // What a later cancellation voided was still counted as paid.
    if (row.get('status') === 'voided' && known.has(`open ${row.get('order_id') ?? ''}`)) row.set('status', 'captured');
    return known.has(row.get('order_id') ?? '');
  });
  rewrite(refunds, (row) => (row.get('refunded_at') ?? '') <= moment);
  rewrite(sessions, (row) => (row.get('started_at') ?? '') <= moment);
}
