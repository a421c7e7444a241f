/**
 * The groups in the header `X-Consumer-Groups` of Kong's acl plugin, which writes one header with groups separated by a
 * comma and a space (`kong/plugins/acl/handler.lua`). Clients can send the header too, unless that plugin runs.
 *
 * @param values all values of the header
 */
export const aclGroupsOf = (values: readonly string[]): readonly string[] =>
  values.length === 1 ? (values[0] ?? '').split(', ').filter((group) => group !== '') : [];
