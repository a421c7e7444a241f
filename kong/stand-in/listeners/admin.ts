import { createServer, type Server, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import type { Balancer } from '../balancer/balancer';
import { KONG_VERSION } from '../kong-version';
import { encodeJson, luaToString, type LuaTable, type LuaValue } from '../lua/value';
import type { Runtime } from '../runtime/runtime';

const LISTS = ['services', 'routes', 'plugins', 'consumers', 'upstreams', 'targets', 'acls'] as const;

/** A read-only part of Kong's Admin API: entities, status and the health of upstreams. */
export function adminServer(runtime: () => Runtime, status: () => LuaTable): Server {
  return createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, { message: 'Method not allowed' });
      return;
    }
    const found = lookUp(path.replace(/(.)\/$/, '$1'), runtime(), status);
    send(response, found === undefined ? 404 : 200, found ?? { message: 'Not found' });
  });
}

function send(response: ServerResponse, status: number, body: LuaValue): void {
  const bytes = Buffer.from(encodeJson(body), 'latin1');
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
    Server: `kong/${KONG_VERSION}`,
    'Access-Control-Allow-Origin': '*',
  });
  response.end(bytes);
}

/** The health of an upstream at `/upstreams/{name}/health`, which the status listener also serves; undefined for other paths. */
export const upstreamHealthAt = (path: string, runtime: Runtime, status: () => LuaTable): LuaValue =>
  /^\/upstreams\/[^/]+\/health$/.test(path) ? lookUp(path, runtime, status) : undefined;

function lookUp(path: string, runtime: Runtime, status: () => LuaTable): LuaValue {
  if (path === '/') return root(runtime);
  if (path === '/status') return status();
  const [, kind = '', key, part] = path.split('/');
  if (kind === 'key-auths' && key === undefined) return page(runtime.entities.keyauth_credentials);
  const name = LISTS.find((list) => list === kind);
  if (name === undefined) return undefined;
  const list: readonly LuaTable[] = runtime.entities[name];
  if (key === undefined) return page(list);
  const wanted = decodeURIComponent(key);
  const entity = list.find((one) => [one['id'], one['name'], one['username']].includes(wanted));
  if (!entity || part === undefined) return entity;
  return nested(name, entity, part, runtime);
}

const page = (data: readonly LuaTable[]): LuaTable => ({ data, next: undefined });

function nested(name: string, entity: LuaTable, part: string, runtime: Runtime): LuaValue {
  const balancer = name === 'upstreams' ? runtime.balancers.get(luaToString(entity['name'])) : undefined;
  if (balancer && part === 'health') return page(healthOf(balancer));
  const child = LISTS.find((list) => list === part);
  const field = { services: 'service', routes: 'route', consumers: 'consumer', upstreams: 'upstream' }[name];
  if (child === undefined || field === undefined) return undefined;
  const list: readonly LuaTable[] = runtime.entities[child];
  return page(list.filter((one) => (one[field] as LuaTable | undefined)?.['id'] === entity['id']));
}

function healthOf({ peers, isChecked }: Balancer): LuaTable[] {
  return peers.map(({ target, host, port, weight, health }) => {
    const state = !isChecked || weight === 0 ? 'HEALTHCHECKS_OFF' : health.healthy ? 'HEALTHY' : 'UNHEALTHY';
    const addresses = [{ ip: host, port, health: state, weight }];
    return { ...target, health: state, data: { host, port, weight: { total: weight }, addresses } };
  });
}

function root({ entities, nodeId, settings }: Runtime): LuaTable {
  const used = [...new Set(entities.plugins.map(({ name }) => name))];
  return {
    version: KONG_VERSION,
    edition: 'community',
    tagline: 'Welcome to kong',
    hostname: hostname(),
    node_id: nodeId,
    plugins: { enabled_in_cluster: used },
    configuration: { database: 'off', prefix: settings.prefix, trusted_ips: settings.trustedIps },
    pids: { master: process.pid, workers: [process.pid] },
  };
}
