/** Names what is not the same whenever it is asked. */
import type { Steadiness } from '../../adapter/steadiness.ts';

export const steadiness: Steadiness = {
  unsteadyFunctions: new Set(
    (
      'age array_sample array_shuffle clock_timestamp current_catalog current_database current_date current_query current_role current_schema current_schemas ' +
      'current_setting current_time current_timestamp current_user currval cursor_to_xml cursor_to_xmlschema database_to_xml gen_random_bytes ' +
      'gen_random_uuid inet_client_addr inet_client_port inet_server_addr inet_server_port lastval localtime localtimestamp lo_get ' +
      'nextval now pg_backend_pid pg_database_size pg_relation_size pg_sleep pg_table_size pg_total_relation_size query_to_xml query_to_xml_and_xmlschema query_to_xmlschema random random_normal schema_to_xml session_user set_config setseed setval statement_timestamp ' +
      'table_to_xml timeofday transaction_timestamp txid_current user uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 ' +
      'uuidv7 version'
    ).split(' '),
  ),
  unsteadyWords: new Set(
    (
      'current_catalog current_date current_role current_schema current_time current_timestamp current_user localtime ' +
      'localtimestamp session_user system_user'
    ).split(' '),
  ),
  steadyTableFunctions: new Set(
    (
      'generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text json_object_keys ' +
      'json_populate_recordset json_table json_to_record json_to_recordset jsonb_array_elements jsonb_array_elements_text jsonb_each ' +
      'jsonb_each_text jsonb_object_keys jsonb_path_query jsonb_to_record jsonb_to_recordset regexp_matches regexp_split_to_table ' +
      'string_to_table unnest'
    ).split(' '),
  ),
};
