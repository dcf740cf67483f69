/** The questions that the example's tests ask of its warehouse; money comes back in cents. */
import type { Expected } from './expected.ts';

const cents = (column: string): string => `cast(${column} * 100 as bigint)`;

/** One query per table of {@link Expected}, with the same columns in the same order. */
export const QUERIES: Readonly<Record<Exclude<keyof Expected, 'webSessions'>, string>> = {
  factOrders: `select order_id, status, ${cents('order_total')}, ${cents('refunded')}, is_late, updated_at from fct_orders order by order_id`,
  monthlyRevenue: `select month, orders, customers, ${cents('revenue')}, ${cents('refunded')}, ${cents('net_revenue')},
    ${cents('revenue_year_to_date')}, revenue_growth from monthly_revenue order by month`,
  customers: `select customer_id, email, postcode, order_count, ${cents('lifetime_value')}, tier, value_rank, first_ordered_on, last_ordered_on
    from dim_customers order by customer_id`,
  products: `select product_id, units_sold, ${cents('revenue')}, ${cents('margin')}, rank_in_category, revenue_share
    from dim_products order by product_id`,
  cohorts: `select cohort_month, months_since_first_order, cohort_size, active_customers, retention
    from customer_cohorts order by cohort_month, months_since_first_order`,
  channels: `select month, channel, sessions, visitors, orders, ${cents('revenue')}, conversion from channel_conversion order by month, channel`,
  lateDeliveries: `select month, deliveries, late_deliveries, late_share, worst_days_late, deliveries_with_ticket
    from late_deliveries order by month`,
  dailyStoreSales: `select ordered_on, store_id, orders, sales, cancelled, items, ${cents('revenue')}
    from fct_daily_store_sales order by ordered_on, store_id`,
  storeDays: `select day, store_id, sales, ${cents('revenue')}, round(cast(revenue_7_day_average * 100 as decimal(18, 6)), 4), ${cents('revenue_so_far')}
    from store_daily_sales order by day, store_id`,
};

/** Every table that `tx build` writes for the example's marts, for comparing whole warehouses. */
export const MART_TABLES: readonly string[] = [
  'fct_orders',
  'fct_web_sessions',
  'fct_daily_store_sales',
  'store_daily_sales',
  'dim_customers',
  'dim_products',
  'monthly_revenue',
  'customer_cohorts',
  'channel_conversion',
  'late_deliveries',
];
