import type { Field } from '../config/field';
import { KONG_VERSION } from '../kong-version';
import type { Exchange } from '../request/exchange';
import type { PluginConfig } from '../request/plugin-config';
import type { PluginHandler } from '../request/plugin-handler';
import { configSchema, flag, type BundledPlugin } from './bundled';

const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'];

interface Config extends PluginConfig {
  readonly origins?: readonly string[];
  readonly headers?: readonly string[];
  readonly exposed_headers?: readonly string[];
  readonly methods?: readonly string[];
  readonly max_age?: number;
  readonly credentials: boolean;
}

const handler: PluginHandler = {
  name: 'cors',
  priority: 2000,
  version: KONG_VERSION,

  access(x, given) {
    const config = given as Config;
    const requested = x.headers.has('origin') && x.headers.has('access-control-request-method');
    if (x.method !== 'OPTIONS' || !requested) return undefined;
    x.pluginData()['skip'] = true;
    const headers = x.responseHeaders;
    setCredentials(x, config, setOrigin(x, config, false), false);
    const wanted = x.headers.get('access-control-request-headers');
    if (config.headers?.length) headers.set('Access-Control-Allow-Headers', config.headers.join(','));
    else if (wanted === undefined) headers.remove('Access-Control-Allow-Headers');
    else headers.set('Access-Control-Allow-Headers', wanted);
    headers.set('Access-Control-Allow-Methods', (config.methods ?? METHODS).join(','));
    if (config.max_age !== undefined) headers.set('Access-Control-Max-Age', String(config.max_age));
    return x.exit(200);
  },

  headerFilter(x, given) {
    const config = given as Config;
    if (x.pluginData()['skip'] === true) return;
    setCredentials(x, config, setOrigin(x, config, true), true);
    if (config.exposed_headers?.length) {
      x.responseHeaders.set('Access-Control-Expose-Headers', config.exposed_headers.join(','));
    }
  },
};

/** Sets the allowed origin; returns whether any origin is allowed (`configure_origin`). */
function setOrigin(x: Exchange, { origins = [] }: Config, inFilter: boolean): boolean {
  const headers = x.responseHeaders;
  const [first] = origins;
  if (first === undefined || (origins.length === 1 && first === '*')) {
    headers.set('Access-Control-Allow-Origin', '*');
    return true;
  }
  addVary(x, inFilter);
  if (origins.length === 1 && /^[A-Za-z0-9.:/-]+$/.test(first)) {
    headers.set('Access-Control-Allow-Origin', first);
    return false;
  }
  const origin = x.headers.get('origin');
  if (origin !== undefined) {
    if (origins.includes('*')) {
      headers.set('Access-Control-Allow-Origin', '*');
      return true;
    }
    const given = normalizeOrigin(origin);
    if (origins.some((entry) => allows(entry, given))) {
      headers.set('Access-Control-Allow-Origin', given.domain);
      return false;
    }
  }
  headers.remove('Access-Control-Allow-Origin');
  return false;
}

function setCredentials(x: Exchange, { credentials }: Config, anyOrigin: boolean, inFilter: boolean): void {
  if (!credentials) return;
  const headers = x.responseHeaders;
  const origin = x.headers.get('origin');
  if (anyOrigin && origin === undefined) return;
  if (anyOrigin && origin !== undefined) {
    addVary(x, inFilter);
    headers.set('Access-Control-Allow-Origin', origin);
  }
  headers.set('Access-Control-Allow-Credentials', 'true');
}

function addVary(x: Exchange, inFilter: boolean): void {
  if (inFilter) x.responseHeaders.add('vary', 'Origin');
  else x.responseHeaders.set('vary', 'Origin');
}

interface Origin {
  readonly domain: string;
  readonly host: string;
}

/** An origin without the default port of its scheme. */
function normalizeOrigin(text: string): Origin {
  const [, scheme, host, port] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?/.exec(text) ?? [];
  if (!host) return { domain: text, host: text };
  const isDefault = (scheme === 'http' && port === '80') || (scheme === 'https' && port === '443');
  return { domain: `${scheme ? `${scheme}://` : ''}${host}${port && !isDefault ? `:${port}` : ''}`, host };
}

function allows(entry: string, given: Origin): boolean {
  if (!/[^A-Za-z0-9.:/-]/.test(entry)) return normalizeOrigin(entry).domain === given.domain;
  // Kong anchors expressions that have no anchors.
  const source = entry.replace(/^\^/, '').replace(/\$$/, '');
  return new RegExp(`^(?:${source})$`).test(entry.includes(':') ? given.domain : given.host);
}

const word: Field = { type: 'string' };

/** Responds to preflight requests and allows origins (`plugins/cors/handler.lua`). */
export const cors: BundledPlugin = {
  handler,
  schema: configSchema(
    [
      { origins: { type: 'array', elements: { type: 'string', check: checkOrigin } } },
      { headers: { type: 'array', elements: word } },
      { exposed_headers: { type: 'array', elements: word } },
      { methods: { type: 'array', default: METHODS, elements: { type: 'string', one_of: METHODS } } },
      { max_age: { type: 'number' } },
      { credentials: flag(false) },
    ],
    { noConsumer: true },
  ),
};

function checkOrigin(value: unknown): string | undefined {
  const text = String(value);
  try {
    if (text !== '*') new RegExp(text);
    return undefined;
  } catch {
    return `'${text}' is not a valid regex`;
  }
}
