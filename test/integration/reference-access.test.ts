import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { send, valuesOf, type Answer } from '../../kong/testkit/http';
import { echoed } from '../../kong/testkit/upstream';
import { useGateway } from '../support/use-gateway';

interface Service {
  readonly name: string;
  readonly routes: readonly object[];
  readonly plugins: readonly { readonly name: string }[];
}

const file = readFileSync(join(__dirname, '../../kong/kong.yml'), 'utf8');
const reference = parse(file) as { readonly services: readonly Service[]; readonly plugins: Service['plugins'] };
const functions = ['pre-function', 'post-function', 'request-size-limiting'];

/** The services as they stand in the reference configuration, with their snippets, before an upstream that echoes. */
const proxy = useGateway(
  ({ url }) =>
    stringify({
      services: reference.services
        .filter(({ name }) => name === 'phoenix' || name === 'ollama')
        .map(({ name, routes, plugins }) => ({
          name,
          url,
          routes,
          plugins: plugins.filter((plugin) => functions.includes(plugin.name)),
        })),
      plugins: reference.plugins.filter(({ name }) => ['cors', 'request-size-limiting'].includes(name)),
    }),
  { nginx_http_client_max_body_size: '20m' },
);

/** A request whose path goes out as it stands: a URL would be made plain before. */
const ask = (method: string, path: string): Promise<Answer> => send(proxy.url, { method, path: `/ollama${path}` });

const OPEN: readonly (readonly [method: string, path: string])[] = [
  ...['chat', 'generate', 'embed', 'embeddings', 'show'].map((name) => ['POST', `/api/${name}`] as const),
  ...['tags', 'ps', 'version'].map((name) => ['GET', `/api/${name}`] as const),
  ['HEAD', '/api/tags'],
  ['GET', '/'],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/library/llama3.1:8b'],
  ['POST', '/v1/chat/completions'],
  ['POST', '/v1/embeddings'],
  ['POST', '/v1/messages'],
];

it.each(OPEN)('forwards %s /ollama%s', async (method, path) => {
  const answer = await ask(method, path);
  expect(answer.status).toBe(200);
  if (method !== 'HEAD') expect(echoed(answer).url).toBe(path);
});

it('forwards the query, which does not affect the decision', async () => {
  expect(echoed(await proxy.ask('/ollama/api/tags?path=/api/delete')).url).toBe('/api/tags?path=/api/delete');
});

it.each([
  ['DELETE', '/api/delete'],
  ['POST', '/api/delete'],
  ['POST', '/api/pull'],
  ['POST', '/api/push'],
  ['POST', '/api/create'],
  ['POST', '/api/copy'],
  ['HEAD', '/api/blobs/sha256:0'],
  ['POST', '/api/blobs/sha256:0'],
  ['DELETE', '/v1/models/llama3.1'],
  ['PUT', '/v1/chat/completions'],
  ['GET', '/api/chat'],
  ['DELETE', '/api/chat'],
  ['POST', '/API/delete'],
  ['POST', '/api/chat/../delete'],
  ['POST', '/v1/../api/delete'],
  ['POST', '/v1/./../api/delete'],
  ['POST', '/v1/%2e%2e/api/delete'],
  ['POST', '/v1/%2E%2E/api/delete'],
  ['POST', '/v1/..%2fapi/delete'],
  ['POST', '/v1/..%2Fapi%2Fdelete'],
  ['POST', '/v1/%2e%2e%2fapi/delete'],
  ['POST', '/v1/..%5capi/delete'],
  ['POST', '/v1/..;/api/delete'],
  ['POST', '/v1/x%252e%252e/delete'],
  ['POST', '//api/delete'],
  ['POST', '/%61pi/delete'],
  ['POST', '/api/%64elete'],
  ['POST', '/api/delete/'],
  ['POST', '/v1%2f..%2fapi/delete'],
  ['POST', '/v1/%00/../api/delete'],
  ['POST', '/blobs'],
  ['GET', '/anything'],
])('does not forward %s /ollama%s', async (method, path) => {
  let reached: string | undefined;
  proxy.serve = ({ url }, outgoing) => {
    reached = url;
    outgoing.end();
  };
  expect([400, 403, 404]).toContain((await ask(method, path)).status);
  expect(reached).toBeUndefined();
});

it('accepts another spelling of an open path, which is normalised for the upstream', async () => {
  expect(echoed(await ask('POST', '/v1/../api/%63hat')).url).toBe('/api/chat');
});

describe.each(['/phoenix/v1/traces', '/ollama/api/chat'])('%s', (path) => {
  const statusOf = async (headers: Record<string, string>) => (await proxy.ask(path, headers, 'POST')).status;

  it.each([
    {},
    { Host: 'localhost:8000' },
    { Host: 'LOCALHOST' },
    { Host: '127.0.0.1:8000' },
    { Host: '127.3.4.5' },
    { Host: '[::1]:8000' },
    { Host: 'kong:8000' },
    { Origin: 'http://localhost:6274' },
    { Origin: 'https://127.0.0.1' },
    { Origin: 'http://[::1]:8000' },
  ])('accepts %j', async (headers) => {
    expect(await statusOf(headers)).toBe(200);
  });

  it.each([
    { Host: 'evil.example' },
    { Host: 'evil.example:8000' },
    { Host: 'localhost.evil.example' },
    { Host: '127.0.0.1.evil.example' },
    { Host: '192.168.0.5:8000' },
    { Host: '0.0.0.0:8000' },
    { Origin: 'https://evil.example' },
    { Origin: 'http://localhost.evil.example' },
    { Origin: 'http://127.0.0.1.evil.example:80' },
    { Origin: 'http://localhost@evil.example' },
    { Origin: 'http://evil.example/localhost' },
    { Origin: 'http://localhost:80@evil.example' },
    { Origin: 'http://evil.example#http://localhost' },
    { Origin: 'null' },
    { Origin: '' },
    { Origin: 'file://' },
    { Origin: 'chrome-extension://abc' },
  ])('rejects %j', async (headers) => {
    expect(await statusOf(headers)).toBe(403);
  });
});

it('responds to the preflight request of a page of this machine', async () => {
  const headers = { Origin: 'http://localhost:3000', 'Access-Control-Request-Method': 'PATCH' };
  const preflight = await proxy.ask('/phoenix/v1/datasets', headers, 'OPTIONS');
  expect(preflight.status).toBe(200);
  expect(preflight.headers['access-control-allow-methods']).toContain('PATCH');
});

describe('the project of a batch of spans', () => {
  const project = async (headers: Record<string, string>) => {
    const answer = await proxy.ask('/phoenix/v1/traces', headers, 'POST');
    return valuesOf(echoed(answer).headers, 'x-project-name');
  };

  it('is that of x-phoenix-project-name', async () => {
    expect(await project({ 'X-Phoenix-Project-Name': 'mine' })).toEqual(['mine']);
  });

  it('is that of x-project-name if both are present', async () => {
    expect(await project({ 'x-phoenix-project-name': 'other', 'x-project-name': 'mine' })).toEqual(['mine']);
  });

  it('is not set if neither is present', async () => {
    expect(await project({})).toEqual([]);
  });
});

describe('the largest body', () => {
  it.each([
    ['/ollama/api/chat', 20],
    ['/phoenix/v1/traces', 4],
  ])('of %s is %d MB', async (path, megabytes) => {
    expect((await proxy.ask(path, {}, 'POST', Buffer.alloc(megabytes * 1_048_576))).status).toBe(200);
    const headers = { 'Content-Length': megabytes * 1_048_576 + 1 };
    const outgoing = request(proxy.url + path, { method: 'POST', agent: false, headers });
    outgoing.flushHeaders();
    const [{ statusCode }] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined).destroy();
    expect(statusCode).toBe(413);
  });
});
