/**
 * What names an entity in each list of a declarative file: the first of these fields that the entity has. Lists that are not
 * here have no names, and an overlay replaces them whole (`kong/db/declarative`, `kong/db/schema/entities`).
 */
export const NAMING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  services: ['name'],
  routes: ['name'],
  consumers: ['username', 'custom_id'],
  consumer_groups: ['name'],
  upstreams: ['name'],
  targets: ['target'],
  plugins: ['instance_name', 'name'],
  certificates: ['id'],
  ca_certificates: ['id'],
  snis: ['name'],
  vaults: ['prefix'],
  keys: ['name'],
  key_sets: ['name'],
  acls: ['group'],
  keyauth_credentials: ['key'],
  basicauth_credentials: ['username'],
  hmacauth_credentials: ['username'],
  jwt_secrets: ['key'],
};

const CREDENTIALS = ['acls', 'keyauth_credentials', 'basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets'];

/** The lists of entities inside an entity, by the list that it is in. A plugin's `config` may use the same words. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  services: ['routes', 'plugins'],
  routes: ['plugins'],
  consumers: ['plugins', ...CREDENTIALS],
  consumer_groups: ['plugins', 'consumers'],
  upstreams: ['targets'],
  certificates: ['snis'],
  key_sets: ['keys'],
};

/** Whether a key of an entity is a list of entities. `list` is the list of the entity; undefined for the file itself. */
export const isEntityList = (list: string | undefined, key: string): boolean =>
  list === undefined ? Object.hasOwn(NAMING_FIELDS, key) : (INSIDE[list]?.includes(key) ?? false);

/** What a new entity must have at least one of; an entity without it can only be meant to change one that exists. */
export const REQUIRED_WHEN_NEW: Readonly<Record<string, readonly string[]>> = {
  services: ['url', 'host'],
  routes: ['paths', 'hosts', 'methods', 'headers', 'snis', 'protocols', 'expression'],
};

/** References that make a plugin at the top level another one than its namesake. */
export const PLUGIN_SCOPES = ['service', 'route', 'consumer', 'consumer_group'] as const;
