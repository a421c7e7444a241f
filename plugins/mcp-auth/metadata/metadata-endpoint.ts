import type { Reject } from '../../../kong/pdk';
import { METADATA_PATH, type Resource } from './resource';

/** The response to a request for metadata. */
export type MetadataResponse = Pick<Reject, 'status' | 'headers' | 'body'>;

/** The fields about metadata. */
export interface MetadataOptions {
  readonly metadata_paths: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly legacy_metadata: boolean;
  readonly scopes_supported: readonly string[];
}

/** The paths of an authorization server's document, where clients of 2025-03-26 look for it. */
const LEGACY_PATHS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };
const METHODS = 'GET, HEAD, OPTIONS';

/** Clients send MCP-Protocol-Version with requests for metadata, which browsers allow after a preflight only. */
const PREFLIGHT: MetadataResponse = {
  status: 204,
  headers: {
    ...ANY_ORIGIN,
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Max-Age': '600',
  },
  body: '',
};

const json = (status: number, body: string, headers: Reject['headers'] = {}): MetadataResponse => ({
  status,
  headers: { 'Content-Type': 'application/json', ...ANY_ORIGIN, ...headers },
  body,
});

const CACHED = { 'Cache-Control': 'public, max-age=300' };
const NOT_FOUND = json(404, '{"error":"not_found"}');
const METHOD_NOT_ALLOWED = json(405, '{"error":"invalid_request"}', { Allow: METHODS });
const NOT_YET = json(503, '{"error":"temporarily_unavailable"}', { 'Retry-After': '1' });

/** Answers requests for metadata; undefined for all other paths. */
export type MetadataEndpoint = (method: string, path: string) => MetadataResponse | undefined;

/**
 * Serves the metadata of a resource (RFC 9728). Everything in it comes from the configuration: no header of a client makes
 * a URL.
 *
 * @param issuers the identifiers of the authorization servers
 * @param legacyDocument the document of the first one; undefined while it is unknown
 */
export function metadataEndpoint(
  resource: Resource,
  issuers: readonly string[],
  options: MetadataOptions,
  legacyDocument: () => string | undefined,
): MetadataEndpoint {
  const documents = documentsByPath(resource, issuers, options);
  const prefixes = [METADATA_PATH, ...(options.legacy_metadata ? LEGACY_PATHS : [])];
  return (method, path) => {
    const isOwn = prefixes.some((prefix) => path.startsWith(prefix)) || documents.has(path);
    if (!isOwn) return undefined;
    const isLegacy = LEGACY_PATHS.some((prefix) => path === prefix || path === `${prefix}${resource.path}`);
    const body = documents.get(path) ?? (options.legacy_metadata && isLegacy ? legacyDocument : undefined);
    if (body === undefined) return NOT_FOUND;
    if (method === 'OPTIONS') return PREFLIGHT;
    if (method !== 'GET' && method !== 'HEAD') return METHOD_NOT_ALLOWED;
    const text = typeof body === 'string' ? body : body();
    return text === undefined ? NOT_YET : json(200, text, CACHED);
  };
}

function documentsByPath(
  { identifier, origin, path }: Resource,
  issuers: readonly string[],
  { metadata_paths, metadata, scopes_supported }: MetadataOptions,
): ReadonlyMap<string, string> {
  // Clients ask for it when they need it; a server does not announce it (2026-07-28, basic/authorization).
  const scopes = scopes_supported.filter((scope) => scope !== 'offline_access');
  const documentOf = (id: string): string =>
    JSON.stringify({
      resource: id,
      authorization_servers: issuers,
      ...(scopes.length > 0 && { scopes_supported: scopes }),
      bearer_methods_supported: ['header'],
      ...metadata,
    });
  const own = documentOf(identifier);
  const documents = new Map([METADATA_PATH, `${METADATA_PATH}/`, ...metadata_paths].map((one) => [one, own]));
  if (path === '') return documents;
  documents.set(`${METADATA_PATH}${path}`, documentOf(`${origin}${path}`));
  documents.set(`${METADATA_PATH}${path}/`, documentOf(`${origin}${path}/`));
  return documents;
}
