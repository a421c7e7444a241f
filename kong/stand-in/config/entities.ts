import { comments, common, id, name, PROTOCOLS, reference, tags } from './common-fields';
import type { Field } from './field';
import { route } from './route-schema';
import { service } from './service-schema';
import { checkHost, checkHostname, checkTarget } from './text-checks';
import { upstreamFields } from './upstream-schema';

/** A kind of entity in a declarative file, with the lists that may be nested in it. */
export interface EntityKind {
  readonly record: Field;
  /** Nested lists of other entities, and their fields that refer to this one. */
  readonly children: Readonly<Record<string, string>>;
  /** Fields that refer to another entity by its id or key. */
  readonly references: Readonly<Record<string, EntityName>>;
  /** The field with the unique name of the entity. */
  readonly key?: string;
}

/** The kinds of entities, by the names of their lists in a declarative file. */
export type EntityName =
  'services' | 'routes' | 'upstreams' | 'targets' | 'consumers' | 'plugins' | 'keyauth_credentials' | 'acls';

const HTTP_PROTOCOLS = ['grpc', 'grpcs', 'http', 'https'];

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

/** The kinds that the stand-in emulates; each one refers to earlier ones only. */
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
