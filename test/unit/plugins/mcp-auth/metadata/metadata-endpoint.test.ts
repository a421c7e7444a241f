import { metadataEndpoint, type MetadataOptions } from '../../../../../plugins/mcp-auth/metadata/metadata-endpoint';
import { metadataUrl, readResource } from '../../../../../plugins/mcp-auth/metadata/resource';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const defaults: MetadataOptions = { metadata_paths: [], metadata: {}, legacy_metadata: false, scopes_supported: [] };
let legacy: string | undefined;

const endpoint = (options: Partial<MetadataOptions> = {}, resource = 'https://h.example/calc/mcp') =>
  metadataEndpoint(readResource(resource), ['https://as.example'], { ...defaults, ...options }, () => legacy);

const resourceOf = (answer: ReturnType<ReturnType<typeof endpoint>>): unknown =>
  answer && (JSON.parse(answer.body) as { resource?: unknown }).resource;

it('answers at the path of the resource with these very members', () => {
  const options = { scopes_supported: ['mcp', 'offline_access'], metadata: { resource_name: 'Calculator' } };
  const answer = endpoint(options)('GET', `${WELL_KNOWN}/calc/mcp`);
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*',
    },
  });
  expect(JSON.parse(answer!.body)).toEqual({
    resource: 'https://h.example/calc/mcp',
    authorization_servers: ['https://as.example'],
    scopes_supported: ['mcp'],
    bearer_methods_supported: ['header'],
    resource_name: 'Calculator',
  });
});

it.each<[string, string, number, string | undefined]>([
  ['GET', `${WELL_KNOWN}/calc/mcp/`, 200, 'https://h.example/calc/mcp/'],
  ['GET', WELL_KNOWN, 200, 'https://h.example/calc/mcp'],
  ['GET', `${WELL_KNOWN}/`, 200, 'https://h.example/calc/mcp'],
  ['HEAD', WELL_KNOWN, 200, 'https://h.example/calc/mcp'],
  ['GET', '/outer/metadata', 200, 'https://h.example/calc/mcp'],
  ['GET', `${WELL_KNOWN}/calc/mcpx`, 404, undefined],
  ['GET', `${WELL_KNOWN}/calc`, 404, undefined],
  ['GET', `${WELL_KNOWN}x`, 404, undefined],
  ['POST', WELL_KNOWN, 405, undefined],
  ['DELETE', `${WELL_KNOWN}/calc/mcp`, 405, undefined],
  ['POST', `${WELL_KNOWN}/other`, 404, undefined],
])('%s %s: %d', (method, path, status, resource) => {
  const answer = endpoint({ metadata_paths: ['/outer/metadata'] })(method, path);
  expect([answer?.status, resourceOf(answer)]).toEqual([status, resource]);
});

it.each(['/calc/mcp', '/', '/.well-known/openid-configuration', '/.well-known/oauth'])('leaves %s alone', (path) => {
  expect(endpoint()('GET', path)).toBeUndefined();
});

it('answers a preflight for MCP-Protocol-Version', () => {
  expect(endpoint()('OPTIONS', WELL_KNOWN)).toEqual({
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
      'Access-Control-Allow-Headers': '*',
      'Access-Control-Max-Age': '600',
    },
    body: '',
  });
});

it('names the methods that are allowed', () => {
  expect(endpoint()('PUT', WELL_KNOWN)?.headers).toMatchObject({ Allow: 'GET, HEAD, OPTIONS' });
});

it('serves a resource at the root of its host', () => {
  for (const path of [WELL_KNOWN, `${WELL_KNOWN}/`]) {
    expect(resourceOf(endpoint({}, 'https://h.example')('GET', path))).toBe('https://h.example');
  }
});

it('serves the document of the issuer for older clients, once it is known', () => {
  const answer = (path: string) => endpoint({ legacy_metadata: true })('GET', path);
  legacy = undefined;
  expect(answer('/.well-known/oauth-authorization-server')?.status).toBe(503);
  legacy = '{"issuer":"https://as.example"}';
  expect(answer('/.well-known/oauth-authorization-server')).toMatchObject({ status: 200, body: legacy });
  expect(answer('/.well-known/openid-configuration/calc/mcp')).toMatchObject({ status: 200, body: legacy });
  expect(answer('/.well-known/openid-configuration/other')?.status).toBe(404);
});

it.each<[string, boolean, string]>([
  ['https://H.example/calc/mcp', false, 'https://h.example/.well-known/oauth-protected-resource/calc/mcp'],
  ['https://h.example/calc/mcp', true, 'https://h.example/.well-known/oauth-protected-resource/calc/mcp/'],
  ['https://h.example/calc/mcp/', false, 'https://h.example/.well-known/oauth-protected-resource/calc/mcp'],
  ['https://h.example:8443', true, 'https://h.example:8443/.well-known/oauth-protected-resource'],
])('the metadata of %s (slash: %s) is at %s', (resource, hasSlash, expected) => {
  expect(metadataUrl(readResource(resource), hasSlash)).toBe(expected);
});
