import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Metrics } from '../../kong/pdk';
import { answerQuery } from '../../kong/plugin-server/describe';
import { pluginSettings } from '../../kong/plugin-server/kong-conf';
import { PluginServer } from '../../kong/plugin-server/server';
import { send, type Answer } from '../../kong/testkit/http';
import { silentLog } from '../../kong/testkit/silent-log';
import { until } from '../../kong/testkit/until';
import { startUpstream, type TestUpstream } from '../../kong/testkit/upstream';
import { freePorts } from './free-ports';
import { acceptUpgrade, HeldUpstream, kongYml, plugins, undescribed } from './held-plugins';

/** A gateway with the plugins of {@link kongYml}. */
export interface HeldGateway {
  readonly url: string;
  /** The same, for HTTP/2 without TLS. */
  readonly http2Url?: string;
  stop(): Promise<void>;
}

/** What a gateway is started with. */
export interface HeldGatewayOptions {
  readonly configText: string;
  readonly settings: Readonly<Record<string, string>>;
  /** An empty folder. */
  readonly folder: string;
}

async function startPlugins(socket: string): Promise<PluginServer> {
  const server = new PluginServer({
    plugins,
    socket,
    socketAccess: { mode: 0o666 },
    frameTimeoutMs: 10_000,
    maxFrameBytes: 16 * 1024 * 1024,
    maxHeldBytes: 64 * 1024 * 1024,
    maxConnections: 1000,
    stopTimeoutMs: 1000,
    metrics: new Metrics(),
    log: silentLog,
  });
  await server.listen();
  return server;
}

/** Writes the descriptions that Kong reads; returns the settings that name them. */
function describeAll(folder: string, socket: string): Readonly<Record<string, string>> {
  for (const plugin of plugins) {
    const { Protocol, Plugins } = answerQuery(plugin);
    const [info] = Plugins;
    const phases = info.Phases.filter((phase) => plugin !== undescribed || phase !== 'response');
    writeFileSync(
      join(folder, `${plugin.name}.json`),
      JSON.stringify({ Protocol, Plugins: [{ ...info, Phases: phases }] }),
    );
  }
  return pluginSettings(
    plugins.map(({ name }) => name),
    socket,
    folder,
  );
}

/** What the client of a gateway gets for held and released requests: the same on Kong and on the stand-in. */
export function describeHeldAnswers(start: (options: HeldGatewayOptions) => Promise<HeldGateway>): void {
  const upstream = new HeldUpstream();
  const folder = mkdtempSync(join(tmpdir(), 'held-'));
  const socket = join(folder, 'plugins.sock');
  let server: TestUpstream;
  let pluginServer: PluginServer;
  let gateway: HeldGateway;
  beforeAll(async () => {
    chmodSync(folder, 0o755);
    server = await startUpstream(upstream.listener);
    server.server.on('upgrade', acceptUpgrade);
    pluginServer = await startPlugins(socket);
    const settings = describeAll(folder, socket);
    // Nothing listens there.
    const [deadPort = 0] = await freePorts(1);
    gateway = await start({ configText: kongYml(server.url, deadPort), settings, folder });
  }, 120_000);
  afterAll(async () => {
    await gateway.stop();
    await pluginServer.stop();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
  beforeEach(() => {
    upstream.received.length = 0;
  });

  const arrival = (): Promise<unknown> => until(() => upstream.received.length > 0, 'the request at the upstream');

  const ask = (path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> =>
    send(gateway.url + path, { headers, method: body === undefined ? 'GET' : 'POST' }, body);

  /** The first chunk of an answer, read before the upstream goes on; undefined if none arrives before that. */
  async function firstChunk(path: string, headers: Record<string, string>): Promise<[string, string]> {
    const outgoing = request(gateway.url + path, { agent: false, headers });
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: string[] = [];
    for await (const chunk of incoming) {
      chunks.push(String(chunk));
      upstream.goOn();
    }
    return [chunks[0] ?? '', chunks.slice(1).join('')];
  }

  it.each(['/one/sse', '/two/sse', '/composed/sse', '/undescribed/sse'])(
    'streams what nobody holds: %s',
    async (path) => {
      expect(await firstChunk(path, {})).toEqual(['data: 1\n\n', 'data: 2\n\n']);
    },
  );

  const heldStream = async (path: string, headers: Record<string, string>): Promise<Answer> => {
    const answer = ask(path, headers);
    await arrival();
    upstream.goOn();
    return answer;
  };

  it.each([
    ['the first of two', '/two/sse', { first: 'rewrite' }, '+first'],
    ['the second of two', '/two/sse', { second: 'rewrite' }, '+second'],
    [
      'both, each of which sees what the other made',
      '/two/sse',
      { first: 'rewrite', second: 'rewrite' },
      '+first+second',
    ],
    ['two parts of a composed plugin', '/composed/sse', { one: 'rewrite', two: 'rewrite' }, '+one+two'],
    ['a plugin and a part', '/composed/sse', { first: 'rewrite', two: 'rewrite' }, '+first+two'],
    [
      'three, of which the last keeps',
      '/composed/sse',
      { first: 'rewrite', one: 'rewrite', two: 'keep' },
      '+first+one',
    ],
    ['two, of which the first keeps', '/two/sse', { first: 'keep', second: 'rewrite' }, '+second'],
    ['two, of which the second keeps', '/two/sse', { first: 'rewrite', second: 'keep' }, '+first'],
    ['two that keep', '/two/sse', { first: 'keep', second: 'keep' }, ''],
  ])('holds for %s', async (_, path, headers: Record<string, string>, added) => {
    const { status, headers: answered, body } = await heldStream(path, headers);
    expect(String(body)).toBe(`data: 1\n\ndata: 2\n\n${added}`);
    expect(status).toBe(added === '' ? 200 : 203);
    const holders = Object.keys(headers);
    expect(
      Object.keys(answered)
        .filter((name) => name.startsWith('x-seen-by-'))
        .sort(),
    ).toEqual(holders.map((name) => `x-seen-by-${name}`).sort());
    expect(answered['content-type']).toBe('text/event-stream');
    if (added !== '') expect(answered['content-length']).toBe(String(body.length));
  });

  it('gives the next plugin the status and the headers of the answer before it', async () => {
    const { headers } = await ask('/two/201', { first: 'rewrite', second: 'rewrite' });
    expect(headers).toMatchObject({
      'x-seen-by-first': '201 application/json',
      'x-seen-by-second': '203 application/json',
    });
    expect(headers).not.toHaveProperty('x-up');
  });

  it.each([
    [429, 'first'],
    [200, 'second'],
  ])('leaves an answer of a later plugin in access (%d) as it is', async (status, name) => {
    const answer = await ask('/two/x', { [name]: 'rewrite', limit: String(status) });
    expect([answer.status, String(answer.body)]).toEqual([status, 'limited']);
  });

  it.each([
    ['throws', { first: 'throw' }, 'first'],
    ['returns what cannot be sent', { first: 'unencodable' }, 'first'],
    ['throws after another one', { first: 'rewrite', second: 'throw' }, 'first'],
    ['throws before another one', { first: 'throw', second: 'rewrite' }, 'first'],
    ['throws as the second one', { second: 'throw' }, 'second'],
  ])('gives the failure of the hold when a plugin %s', async (_, headers: Record<string, string>, failed) => {
    const answer = await ask('/two/gzip', headers);
    expect([answer.status, String(answer.body)]).toEqual([200, `{"failed":"${failed}"}`]);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  it('rejects in place of the answer', async () => {
    const answer = await ask('/two/gzip', { first: 'reject', second: 'rewrite' });
    expect([answer.status, String(answer.body), answer.headers['x-why']]).toEqual([403, 'no', 'first']);
    expect(answer.headers).not.toHaveProperty('etag');
  });

  it.each(['/one/break', '/short/never'])('gives the failure for an answer without an end: %s', async (path) => {
    const answer = await ask(path, { first: 'rewrite' });
    expect([answer.status, String(answer.body)]).toEqual([200, '{"failed":"first"}']);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it.each([['no answer', '/short/wait', 504]])(
    'leaves the error page of the gateway for %s',
    async (_, path, status) => {
      const answer = await ask(path, { first: 'rewrite' });
      expect(answer.status).toBe(status);
      expect(String(answer.body)).not.toContain('failed');
    },
  );

  it('removes what describes the bytes of a replaced body, and keeps it otherwise', async () => {
    const replaced = await ask('/one/gzip', { first: 'rewrite' });
    expect(replaced.headers).not.toHaveProperty('content-encoding');
    expect(replaced.headers).not.toHaveProperty('etag');
    const kept = await ask('/one/gzip', { first: 'keep' });
    expect(kept.headers).toMatchObject({ 'content-encoding': 'gzip', etag: '"1"' });
    expect(String(gunzipSync(kept.body))).toBe('packed');
  });

  it.each(['/one/large', '/one/large-chunked'])('does not read a body that is too long: %s', async (path) => {
    expect(String((await ask(path, { first: 'rewrite' })).body)).toBe('too_long+first');
  });

  it('sends a large body of a held request as a whole', async () => {
    const answer = await ask('/one/x', { first: 'rewrite' }, 'x'.repeat(1_048_576));
    expect(String(answer.body)).toBe('{}+first');
    expect(upstream.received).toEqual([{ url: '/x', bodyBytes: 1_048_576 }]);
  });

  it('tries the next target for a held POST', async () => {
    for (let count = 0; count < 2; count++) {
      expect(String((await ask('/retried/x', { first: 'rewrite' }, 'abc')).body)).toBe('{}+first');
    }
    expect(upstream.received).toHaveLength(2);
  });

  it('judges answers to a client that left, and goes on', async () => {
    const outgoing = request(`${gateway.url}/one/wait`, { agent: false, headers: { first: 'rewrite' } });
    outgoing.on('error', () => undefined);
    outgoing.end();
    await arrival();
    outgoing.destroy();
    upstream.goOn();
    expect(String((await ask('/one/x', { first: 'rewrite' })).body)).toBe('{}+first');
  });

  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket' };

  it('does not hold an upgrade to a WebSocket', async () => {
    const outgoing = request(`${gateway.url}/one/ws`, { agent: false, headers: upgrade });
    outgoing.end();
    const [{ statusCode }, upgraded] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Duplex];
    upgraded.destroy();
    expect(statusCode).toBe(101);
  });

  // Kong never holds what may become another protocol, although an upstream may answer such a request as any other.
  it('gives the failure when a plugin wants to hold an upgrade', async () => {
    const { status, body } = await ask('/one/ws', { ...upgrade, first: 'rewrite' });
    expect([status, String(body)]).toEqual([200, '{"failed":"first"}']);
  });

  it('holds requests over HTTP/2', async () => {
    if (gateway.http2Url === undefined) return;
    const client = connect(gateway.http2Url);
    const stream = client.request({ ':path': '/one/x', ':method': 'POST', first: 'rewrite' });
    stream.end('x'.repeat(100_000));
    const body = await text(stream);
    client.destroy();
    expect([body, upstream.received]).toEqual(['{}+first', [{ url: '/x', bodyBytes: 100_000 }]]);
  });

  it('streams nothing to a request that a plugin wants to hold, although Kong does not call its response phase', async () => {
    expect(String((await ask('/undescribed/gzip')).body)).not.toContain('failed');
    const answer = await ask('/undescribed/gzip', { undescribed: 'rewrite' });
    expect([answer.status, String(answer.body)]).toEqual([200, '{"failed":"undescribed"}']);
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  it.each([
    ['is gone', 500],
    ['was replaced', 203],
  ])('does not let the answer out when the plugin server %s meanwhile', async (_, expected) => {
    const answer = ask('/one/wait', { first: 'rewrite' });
    await arrival();
    await pluginServer.stop();
    if (expected === 203) pluginServer = await startPlugins(socket);
    upstream.goOn();
    const { status, body } = await answer;
    expect(status).toBe(expected);
    if (expected === 203) expect(String(body)).toBe('late+first');
    else expect(String(body)).not.toContain('late');
    if (expected === 500) pluginServer = await startPlugins(socket);
    expect(String((await ask('/one/x', { first: 'rewrite' })).body)).toBe('{}+first');
  });
}
