import { type JsonObject, isJsonObject } from '../json/json-object';
import { listOf, numberOf, recordOf, textOf } from '../json/lenient-json';

/** The part of Kong's log entry that telemetry uses (`kong/pdk/log.lua`, `kong.log.serialize`). */
export interface LogEntry {
  readonly requestId: string | undefined;
  readonly method: string;
  readonly requestHeaders: JsonObject;
  readonly responseHeaders: JsonObject;
  /** The status that the client received. */
  readonly status: number;
  /** The path that the upstream received, without the query and without the `path` of Kong's service. */
  readonly upstreamPath: string;
  /** The same with the `path` of Kong's service. */
  readonly fullUpstreamPath: string;
  /**
   * True if Kong itself responded: a plugin rejected the request, or the upstream could not be reached. False for a response
   * of the upstream that a plugin changed in its response phase.
   */
  readonly answeredByKong: boolean;
  /** The status of the last upstream that was tried, whatever the client received; 502 and 504 may be nginx's own. */
  readonly upstreamStatus: number | undefined;
  /** The number of upstream addresses that were tried; 0 if none was selected. */
  readonly tries: number;
  readonly peer: { readonly address: string; readonly port: number } | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly latencies: {
    /** From the start of the request until it was sent upstream, or until Kong itself responded. */
    readonly kongMs: number;
    /** From then until the first byte of the response; undefined without a response. */
    readonly proxyMs: number | undefined;
    /** The whole request, until the last byte was sent to the client. */
    readonly requestMs: number;
  };
  readonly service: { readonly name: string; readonly host: string | undefined; readonly port: number | undefined };
  readonly route: string | undefined;
  readonly consumer: { readonly id: string; readonly username: string | undefined } | undefined;
  /** True if an authentication plugin accepted the credential, or accepted the client as an anonymous consumer. */
  readonly authenticated: boolean;
  /** Who called, as mcp-auth found out; Kong's entry does not have it. */
  readonly principal?: string;
  /** The id of the credential that an authentication plugin accepted. */
  readonly credentialId: string | undefined;
  /** True if the client's certificate was verified. */
  readonly clientVerified: boolean;
  readonly workspace: string | undefined;
  /** The W3C trace id, 32 hex digits, if a tracing plugin of Kong created one. */
  readonly traceId: string | undefined;
}

/** Reads Kong's log entry; undefined if the value is not one. Never throws: it contains client data. */
export function logEntryOf(entry: unknown): LogEntry | undefined {
  if (!isJsonObject(entry) || !isJsonObject(entry['request']) || !isJsonObject(entry['response'])) return undefined;
  const startedAtMs = numberOf(entry['started_at']);
  const status = numberOf(entry['response']['status']);
  if (startedAtMs === undefined || status === undefined) return undefined;
  const request = entry['request'];
  const service = recordOf(entry['service']);
  const route = recordOf(entry['route']);
  const tries = listOf(entry['tries']);
  const upstreamStatus = lastStatusOf(entry['upstream_status']);
  const fullUpstreamPath = textOf(entry['upstream_uri'])?.split('?', 1)[0] ?? '';
  return {
    requestId: textOf(request['id']),
    method: textOf(request['method']) ?? '',
    requestHeaders: recordOf(request['headers']),
    responseHeaders: recordOf(entry['response']['headers']),
    status,
    upstreamPath: withoutPrefix(fullUpstreamPath, textOf(service['path'])),
    fullUpstreamPath,
    answeredByKong: entry['source'] === 'kong' && !hasUpstreamAnswered(upstreamStatus),
    upstreamStatus,
    tries: tries.length,
    peer: peerOf(tries.at(-1)),
    startedAtMs,
    latencies: latenciesOf(recordOf(entry['latencies'])),
    service: {
      name: textOf(service['name']) ?? textOf(service['id']) ?? '',
      host: textOf(service['host']),
      port: numberOf(service['port']),
    },
    route: textOf(route['name']) ?? textOf(route['id']),
    consumer: consumerOf(recordOf(entry['consumer'])),
    authenticated: isJsonObject(entry['authenticated_entity']) || isJsonObject(entry['consumer']),
    credentialId: textOf(recordOf(entry['authenticated_entity'])['id']),
    clientVerified: recordOf(request['tls'])['client_verify'] === 'SUCCESS',
    workspace: textOf(entry['workspace_name']) ?? textOf(entry['workspace']),
    traceId: textOf(recordOf(entry['trace_id'])['w3c']),
  };
}

/** The last one of `502, 200`, or a number if a plugin held the response; undefined if no upstream was tried. */
function lastStatusOf(statuses: unknown): number | undefined {
  if (typeof statuses === 'number') return statuses;
  const last = /\d{3}$/.exec(textOf(statuses) ?? '')?.[0];
  return last === undefined ? undefined : Number(last);
}

/**
 * Whether the last upstream that was tried sent a response. nginx writes 502 and 504 for one that sent none, so a status from
 * 500 says nothing.
 */
const hasUpstreamAnswered = (status: number | undefined): boolean =>
  status !== undefined && status >= 100 && status < 500;

/** The first value of a header, by its name in lower case. */
export function headerOf(headers: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return textOf(Array.isArray(value) ? value[0] : value);
}

/** The media type in lower case without parameters; empty if there is none. */
export const mediaTypeOf = (headers: JsonObject): string =>
  (headerOf(headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The name of the consumer that Kong authenticated, else its id; undefined without one. */
export const consumerNameOf = ({ consumer }: LogEntry): string | undefined => consumer?.username ?? consumer?.id;

function withoutPrefix(path: string, servicePath: string | undefined): string {
  const prefix = servicePath?.replace(/\/+$/, '') ?? '';
  return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function latenciesOf(latencies: JsonObject): LogEntry['latencies'] {
  const proxyMs = numberOf(latencies['proxy']);
  return {
    kongMs: Math.max(0, numberOf(latencies['kong']) ?? 0),
    proxyMs: proxyMs !== undefined && proxyMs >= 0 ? proxyMs : undefined,
    requestMs: Math.max(0, numberOf(latencies['request']) ?? 0),
  };
}

function peerOf(lastTry: unknown): LogEntry['peer'] {
  const { ip, port } = recordOf(lastTry);
  return typeof ip === 'string' && typeof port === 'number' ? { address: ip, port } : undefined;
}

function consumerOf(consumer: JsonObject): LogEntry['consumer'] {
  const id = textOf(consumer['id']);
  return id === undefined ? undefined : { id, username: textOf(consumer['username']) };
}
