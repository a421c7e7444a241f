import { WORKSPACE } from '../config/ids';
import type { LuaTable, LuaValue } from '../lua/value';
import { isTable, LuaError } from '../lua/value';
import { parseQuery } from '../pdk/query';
import { queryOf } from '../routing/uri';
import type { Exchange } from './exchange';

/** The log entry of a request (`kong.log.serialize`, `pdk/log.lua`). */
export function logEntry(x: Exchange): LuaTable {
  const { received, sent } = x.traffic();
  const { moments } = x;
  const requestHeaders: Record<string, LuaValue> = x.headers.toTable(100);
  for (const name of ['authorization', 'proxy-authorization']) {
    if (requestHeaders[name] !== undefined) requestHeaders[name] = 'REDACTED';
  }
  const entry: Record<string, LuaValue> = {
    request: {
      id: x.id,
      uri: x.target,
      url: `http://${x.host}:${x.port}${x.target}`,
      querystring: parseQuery(queryOf(x.target)),
      method: x.method,
      headers: requestHeaders,
      size: received,
    },
    upstream_uri: upstreamUri(x),
    upstream_status: upstreamStatus(x),
    response: { status: x.status, headers: x.responseTable(100), size: sent },
    latencies: {
      kong: proxyLatency(x) ?? responseLatency(x),
      proxy: waitingTime(x) ?? -1,
      request: x.now() - moments.start,
      receive:
        x.proxied && moments.bodyEnd !== undefined ? moments.bodyEnd - (moments.headerFilter ?? moments.bodyEnd) : 0,
    },
    tries: x.match ? x.tries : undefined,
    authenticated_entity: x.credential && {
      id: x.credential['id'],
      consumer_id: x.credential['consumer_id'],
    },
    route: inWorkspace(x.route),
    service: inWorkspace(x.service),
    consumer: x.consumer,
    client_ip: x.clientIp,
    started_at: moments.start,
    source: { error: 'kong', exit: 'kong', service: 'upstream' }[x.source],
    workspace: WORKSPACE.id,
    workspace_name: WORKSPACE.name,
  };
  for (const { key, value } of x.logValues) setAt(entry, key, value);
  return entry;
}

/** nginx knows nothing of a subrequest's upstream, which is how Kong reads an answer as a whole. */
function upstreamStatus({ isHeld, heldResponse, upstreamStatuses }: Exchange): LuaValue {
  if (isHeld) return heldResponse?.status ?? '';
  return upstreamStatuses.join(', ');
}

function upstreamUri({ match, upstream }: Exchange): string {
  if (!upstream) return match ? '/' : '';
  return upstream.path + (upstream.query === undefined ? '' : `?${upstream.query}`);
}

const inWorkspace = (entity: LuaTable | undefined): LuaTable | undefined =>
  entity && { ...entity, ws_id: WORKSPACE.id };

/** Milliseconds in Kong before the request was sent to the upstream; undefined when it was not. */
export function proxyLatency({ proxied, moments }: Exchange): number | undefined {
  if (!proxied) return undefined;
  return (moments.balancerEnd ?? moments.headerFilter ?? moments.start) - moments.start;
}

/** Milliseconds that Kong took for its own response. */
export const responseLatency = ({ moments }: Exchange): number =>
  (moments.accessEnd ?? moments.headerFilter ?? moments.start) - moments.start;

/** Milliseconds from sending the request to the head of the upstream response. */
export function waitingTime({ proxied, moments, now }: Exchange): number | undefined {
  if (!proxied) return undefined;
  return (moments.headerFilter ?? now()) - (moments.balancerEnd ?? moments.accessEnd ?? moments.start);
}

function setAt(root: Record<string, LuaValue>, key: string, value: LuaValue): void {
  const path = key.split('.');
  const last = path.pop() ?? key;
  let node = root;
  for (const part of path) {
    const inner = node[part] ?? {};
    if (!isTable(inner)) throw new LuaError(`The key '${key}' could not be used as a serialize value.`);
    const copy = { ...inner };
    node[part] = copy;
    node = copy;
  }
  node[last] = value;
}
