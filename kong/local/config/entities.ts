import { luaToString, type LuaTable, type LuaValue } from '../lua/value';
import type { Field } from './field';
import {
  checkHost,
  checkHostname,
  checkNamePattern,
  checkPath,
  checkRouterPath,
  checkTag,
  checkTarget,
  HEADER_NAME,
} from './text-checks';
import { upstreamFields, upstreamRules } from './upstream-schema';

/** A kind of entity in a declarative file, with the lists that may be nested in it. */
export interface EntityKind {
  readonly record: Field;
  /** Lists of other entities inside, and the field that points back. */
  readonly children: Readonly<Record<string, string>>;
  /** Fields that name another entity, by id or by its key. */
  readonly references: Readonly<Record<string, EntityName>>;
  /** The field that names the entity, unique over the file. */
  readonly key?: string;
}

/** The kinds of entities, by the names of their lists in a declarative file. */
export type EntityName =
  'services' | 'routes' | 'upstreams' | 'targets' | 'consumers' | 'plugins' | 'keyauth_credentials' | 'acls';

const PROTOCOLS = ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls', 'tls_passthrough', 'udp'];
const HTTP_PROTOCOLS = ['grpc', 'grpcs', 'http', 'https'];

const id: Field = { type: 'string', uuid: true };
const timestamp: Field = { type: 'integer' };
const name: Field = { type: 'string', check: checkNamePattern };
const tags: Field = { type: 'set', elements: { type: 'string', check: checkTag } };
const timeout: Field = { type: 'integer', between: [1, 2_147_483_646], default: 60_000 };
const reference: Field = { type: 'foreign' };
const common = [{ id }, { created_at: timestamp }, { updated_at: timestamp }, { tags }];
const comments = [{ _comment: { type: 'string' } }, { _ignore: { type: 'array', elements: { type: 'any' } } }];

const service: Field = {
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

/** `url` in the place of protocol, host, port and path. What it can't read leaves the host missing, as in Kong. */
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

const route: Field = {
  type: 'record',
  fields: [
    ...common,
    ...comments,
    { name },
    {
      protocols: {
        type: 'set',
        len_min: 1,
        required: true,
        elements: { type: 'string', one_of: PROTOCOLS },
        default: ['http', 'https'],
      },
    },
    {
      https_redirect_status_code: {
        type: 'integer',
        required: true,
        one_of: [426, 301, 302, 307, 308],
        default: 426,
      },
    },
    { strip_path: { type: 'boolean', required: true, default: true } },
    { preserve_host: { type: 'boolean', required: true, default: false } },
    { request_buffering: { type: 'boolean', required: true, default: true } },
    { response_buffering: { type: 'boolean', required: true, default: true } },
    { snis: { type: 'set', elements: { type: 'string' } } },
    { methods: { type: 'set', elements: { type: 'string', match: '^%u+$' } } },
    {
      hosts: {
        type: 'array',
        elements: { type: 'string', check: (host) => checkHost(luaToString(host).replaceAll('*', 'abc'), true) },
      },
    },
    { paths: { type: 'array', elements: { type: 'string', check: checkRouterPath } } },
    {
      headers: {
        type: 'map',
        keys: {
          type: 'string',
          match: HEADER_NAME,
          match_none: [
            {
              pattern: '^[Hh][Oo][Ss][Tt]$',
              err: "cannot contain 'host' header, which must be specified in the 'hosts' attribute",
            },
          ],
        },
        values: { type: 'array', elements: { type: 'string' } },
      },
    },
    { regex_priority: { type: 'integer', default: 0 } },
    { path_handling: { type: 'string', default: 'v0', one_of: ['v0', 'v1'] } },
    { service: reference },
  ],
  check: (entity) => {
    const { methods, hosts, headers, paths, snis, protocols } = entity as LuaTable;
    const secure = (protocols as string[] | undefined)?.includes('https') ?? false;
    if (methods ?? hosts ?? headers ?? paths ?? (secure ? snis : undefined)) return undefined;
    return `must set one of 'methods', 'hosts', 'headers', 'paths'${secure ? ", 'snis'" : ''} when 'protocols' is '${secure ? 'https' : 'http'}'`;
  },
};

const upstream: Field = {
  type: 'record',
  fields: [
    ...common,
    ...comments,
    { name: { type: 'string', required: true, check: checkHostname } },
    ...upstreamFields,
    { host_header: { type: 'string', check: (host) => checkHost(host, true) } },
    { client_certificate: reference },
    { use_srv_name: { type: 'boolean', default: false } },
  ],
  entity_checks: upstreamRules,
};

const target: Field = {
  type: 'record',
  fields: [
    { id },
    { created_at: { type: 'number' } },
    { updated_at: { type: 'number' } },
    { tags },
    ...comments,
    { upstream: { ...reference, required: true } },
    { target: { type: 'string', required: true, check: checkTarget } },
    { weight: { type: 'integer', default: 100, between: [0, 65_535] } },
  ],
};

const consumer: Field = {
  type: 'record',
  fields: [...common, ...comments, { username: { type: 'string' } }, { custom_id: { type: 'string' } }],
  entity_checks: [{ at_least_one_of: ['custom_id', 'username'] }],
};

const plugin: Field = {
  type: 'record',
  fields: [
    ...common,
    ...comments,
    { name: { type: 'string', required: true } },
    { instance_name: name },
    { route: reference },
    { service: reference },
    { consumer: reference },
    { config: { type: 'any' } },
    {
      protocols: {
        type: 'set',
        required: true,
        default: HTTP_PROTOCOLS,
        elements: { type: 'string', one_of: PROTOCOLS },
      },
    },
    { enabled: { type: 'boolean', required: true, default: true } },
  ],
};

const keyauth: Field = {
  type: 'record',
  fields: [
    ...common,
    { ttl: { type: 'integer' } },
    ...comments,
    { consumer: { ...reference, required: true } },
    { key: { type: 'string' } },
  ],
};

const acl: Field = {
  type: 'record',
  fields: [
    ...common,
    ...comments,
    { consumer: { ...reference, required: true } },
    { group: { type: 'string', required: true } },
  ],
};

/** The kinds that the stand-in knows, in the order in which they refer to each other. */
export const ENTITIES: Readonly<Record<EntityName, EntityKind>> = {
  services: { record: service, children: { routes: 'service', plugins: 'service' }, references: {}, key: 'name' },
  routes: { record: route, children: { plugins: 'route' }, references: { service: 'services' }, key: 'name' },
  upstreams: { record: upstream, children: { targets: 'upstream' }, references: {}, key: 'name' },
  targets: { record: target, children: {}, references: { upstream: 'upstreams' } },
  consumers: {
    record: consumer,
    children: { plugins: 'consumer', keyauth_credentials: 'consumer', acls: 'consumer' },
    references: {},
    key: 'username',
  },
  plugins: {
    record: plugin,
    children: {},
    references: { route: 'routes', service: 'services', consumer: 'consumers' },
    key: 'instance_name',
  },
  keyauth_credentials: { record: keyauth, children: {}, references: { consumer: 'consumers' }, key: 'key' },
  acls: { record: acl, children: {}, references: { consumer: 'consumers' } },
};

/** Every kind of entity. */
export const ENTITY_NAMES = Object.keys(ENTITIES) as EntityName[];
