import type { Consumer, KeyAuth } from '../config/model';
import { HEADER_NAME } from '../config/text-checks';
import { KONG_VERSION } from '../kong-version';
import type { LuaTable, LuaValue } from '../lua/value';
import { parseQuery, removeArgument } from '../pdk/query';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler, Step } from '../request/plugin-handler';
import { configSchema, flag, type BundledPlugin } from './bundled';

interface Config extends PluginConfig {
  readonly key_names: readonly string[];
  readonly hide_credentials: boolean;
  readonly anonymous?: string;
  readonly key_in_header: boolean;
  readonly key_in_query: boolean;
  readonly run_on_preflight: boolean;
  readonly realm?: string;
}

const handler: PluginHandler = {
  name: 'key-auth',
  priority: 1250,
  version: KONG_VERSION,

  access(x, given) {
    const config = given as Config;
    if (!config.run_on_preflight && x.method === 'OPTIONS') return undefined;
    if (config.anonymous !== undefined && x.credential) return undefined;
    const problem = authenticate(x, config);
    if (problem === undefined) return undefined;
    if (config.anonymous === undefined) return reject(x, config, problem);
    const { consumers, consumersByName } = x.environment.lookups;
    setConsumer(x, consumers.get(config.anonymous) ?? consumersByName.get(config.anonymous), undefined);
    return undefined;
  },
};

function reject(x: Exchange, { realm }: Config, message: string): Step {
  const challenge = realm === undefined ? 'Key' : `Key realm="${realm}"`;
  return x.error(401, message, { 'WWW-Authenticate': challenge });
}

/** Authenticates the request; returns the error message when it fails. */
function authenticate(x: Exchange, config: Config): string | undefined {
  const query = parseQuery(x.query);
  let key: string | undefined;
  for (const name of config.key_names) {
    const value = find(x, config, name, query);
    if (Array.isArray(value)) return 'Duplicate API key found';
    if (typeof value !== 'string') continue;
    key = value;
    if (config.hide_credentials) hide(x, name);
    break;
  }
  if (!key) return 'No API key found in request';
  const credential = x.environment.lookups.keys.get(key);
  if (!credential) return 'Unauthorized';
  setConsumer(x, x.environment.lookups.consumers.get(credential.consumer.id), credential);
  return undefined;
}

function find(x: Exchange, config: Config, name: string, query: LuaTable): LuaValue {
  const headers = config.key_in_header ? x.headers.all(name) : [];
  if (headers.length > 0) return headers.length === 1 ? headers[0] : headers;
  return config.key_in_query && Object.hasOwn(query, name) ? query[name] : undefined;
}

function hide(x: Exchange, name: string): void {
  if (x.query !== undefined) {
    x.query = removeArgument(x.query, name);
    if (x.upstream) x.upstream.query = x.query;
  }
  x.headers.remove(name);
}

function setConsumer(x: Exchange, consumer: Consumer | undefined, credential: KeyAuth | undefined): void {
  x.consumer = consumer;
  x.credential = credential;
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) x.headers.remove(name);
    else x.headers.set(name, value);
  };
  set('X-Consumer-ID', consumer?.id);
  set('X-Consumer-Custom-ID', consumer?.custom_id);
  set('X-Consumer-Username', consumer?.username);
  set('X-Credential-Identifier', credential?.id);
  set('X-Anonymous-Consumer', credential ? undefined : 'true');
}

/** Authenticates consumers by their keys (`plugins/key-auth/handler.lua`). */
export const keyAuth: BundledPlugin = {
  handler,
  schema: configSchema(
    [
      {
        key_names: {
          type: 'array',
          required: true,
          elements: { type: 'string', match: HEADER_NAME },
          default: ['apikey'],
        },
      },
      { hide_credentials: flag(false) },
      { anonymous: { type: 'string' } },
      { key_in_header: flag(true) },
      { key_in_query: flag(true) },
      { run_on_preflight: flag(true) },
      { realm: { type: 'string' } },
    ],
    { noConsumer: true },
  ),
};
