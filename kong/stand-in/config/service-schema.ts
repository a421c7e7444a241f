import { luaToString, type LuaTable, type LuaValue } from '../lua/value';
import { comments, common, id, name, PROTOCOLS, reference } from './common-fields';
import type { Field } from './field';
import { checkHost, checkPath } from './text-checks';

const timeout: Field = { type: 'integer', between: [1, 2_147_483_646], default: 60_000 };

/** A service (`schema/entities/services.lua`). */
export const service: Field = {
  type: 'record',
  fields: [
    ...common,
    ...comments,
    { name },
    { retries: { type: 'integer', default: 5, between: [0, 32_767] } },
    { protocol: { type: 'string', required: true, default: 'http', one_of: PROTOCOLS } },
    { host: { type: 'string', required: true, check: checkHost } },
    { port: { type: 'integer', required: true, default: 80, between: [0, 65_535] } },
    { path: { type: 'string', check: checkPath } },
    { connect_timeout: timeout },
    { write_timeout: timeout },
    { read_timeout: timeout },
    { client_certificate: reference },
    { tls_verify: { type: 'boolean' } },
    { tls_verify_depth: { type: 'integer', between: [0, 64] } },
    { ca_certificates: { type: 'array', elements: id } },
    { enabled: { type: 'boolean', required: true, default: true } },
  ],
  expand: { url: expandUrl },
};

/** `url` instead of protocol, host, port and path. For an invalid URL the host is missing, like in Kong. */
function expandUrl(value: LuaValue): LuaTable {
  const [, scheme, host, digits, path] =
    /^(?:([a-z]+):\/\/)?(\[[^\]]+\]|[^:/]*)(?::(\d+))?(\/[^?#]*)?/i.exec(luaToString(value)) ?? [];
  const given = digits === undefined ? undefined : Number(digits);
  const protocol = scheme ?? (given === 443 ? 'https' : 'http');
  return {
    protocol,
    host: host === '' ? null : host,
    port: given ?? (protocol === 'https' ? 443 : 80),
    path: path ?? null,
  };
}
