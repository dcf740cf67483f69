/** Names what is not the same whenever it is asked. */
import type { Steadiness } from '../../adapter/steadiness.ts';

export const steadiness: Steadiness = {
  unsteadyFunctions: new Set(
    (
      'age ago current_catalog current_connection_id current_database current_date current_localtime current_localtimestamp current_query ' +
      'current_query_id current_role current_schema current_schemas current_setting current_time current_timestamp ' +
      'current_transaction_id current_user currval epoch_now gen_random_uuid get_current_time get_current_timestamp getenv getvariable ' +
      'in_search_path inet_client_addr inet_client_port inet_server_addr inet_server_port localtime localtimestamp nextval now ' +
      'pg_conf_load_time pg_postmaster_start_time pg_sleep random session_user setseed sleep_ms stats today transaction_timestamp ' +
      'txid_current user uuid uuidv4 uuidv7 version write_log'
    ).split(' '),
  ),
  unsteadyWords: new Set(
    'current_catalog current_date current_role current_schema current_time current_timestamp current_user localtime localtimestamp session_user'.split(
      ' ',
    ),
  ),
  steadyTableFunctions: new Set(
    'generate_series generate_subscripts json_each json_tree range regexp_split_to_table repeat repeat_row unnest'.split(' '),
  ),
};
