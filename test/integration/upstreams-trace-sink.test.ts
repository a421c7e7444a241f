import { request } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import type { RunningServer } from '../../docker/upstreams/shared/http-server';
import { startTraceSink, type TraceSinkOptions } from '../../docker/upstreams/trace-sink/start';
import { until } from '../../kong/testkit/until';
import { startSpanSender } from '../support/start-span-sender';

const open: RunningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(options: TraceSinkOptions = {}): Promise<string> {
  const server = await startTraceSink(options);
  open.push(server);
  return server.url;
}

const sender = startSpanSender();
const sendSpans = sender.send;
afterAll(() => {
  sender.stop();
});

interface Listed {
  data: { name: string; attributes: Record<string, unknown>; [key: string]: unknown }[];
  next_cursor: string | null;
}

const spansOf = async (url: string, project: string, query = ''): Promise<Listed> =>
  (await (await fetch(`${url}/v1/projects/${encodeURIComponent(project)}/spans${query}`)).json()) as Listed;

const post = (url: string, body: Uint8Array, headers: Record<string, string>): Promise<Response> =>
  fetch(`${url}/v1/traces`, { method: 'POST', body: Buffer.from(body), headers });

const protobuf = { 'content-type': 'application/x-protobuf' };

describe('trace sink with the OTLP exporter', () => {
  it('returns the spans that were sent, as Phoenix does', async () => {
    const url = await start();
    const attributes = {
      'openinference.span.kind': 'LLM',
      'gen_ai.usage.input_tokens': 169,
      'gen_ai.response.time_to_first_chunk': 1.53,
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['stop', 'length'],
    };
    await sendSpans(url, [{ name: 'ollama.chat', attributes, error: 'it broke' }]);
    expect(await spansOf(url, 'default')).toEqual({
      data: [
        {
          id: expect.any(String) as string,
          name: 'ollama.chat',
          span_kind: 'LLM',
          context: {
            trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
            span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          },
          parent_id: '00f067aa0ba902b7',
          start_time: '2023-11-14T22:13:20.123456Z',
          end_time: '2023-11-14T22:13:21.933456Z',
          status_code: 'ERROR',
          status_message: 'it broke',
          attributes,
          events: [{ name: 'first chunk', timestamp: '2023-11-14T22:13:20.200000Z', attributes: { size: 3 } }],
        },
      ],
      next_cursor: null,
    });
  });

  it.each([
    [{ 'x-project-name': 'from header' }, { 'openinference.project.name': 'from resource' }, 'from header'],
    [{}, { 'openinference.project.name': 'from/resource' }, 'from/resource'],
    [{ 'x-phoenix-project-name': 'ignored' }, { 'phoenix.project.name': 'ignored' }, 'default'],
  ])('finds the project: %j %j', async (headers, resource, project) => {
    const url = await start();
    await sendSpans(url, [{ name: 'a' }], { headers, resource });
    await expect((await fetch(`${url}/v1/projects`)).json()).resolves.toEqual({
      data: [{ id: project, name: project, description: null }],
      next_cursor: null,
    });
    expect((await spansOf(url, project)).data).toHaveLength(1);
  });

  it('stores only the newest spans, and pages through them', async () => {
    const url = await start({ maxSpans: 3 });
    await sendSpans(
      url,
      ['a', 'b', 'c', 'd'].map((name) => ({ name })),
    );
    const names = ({ data }: Listed): string[] => data.map(({ name }) => name);
    expect(names(await spansOf(url, 'default'))).toEqual(['d', 'c', 'b']);
    const first = await spansOf(url, 'default', '?limit=2');
    expect(names(first)).toEqual(['d', 'c']);
    const second = await spansOf(url, 'default', `?limit=2&cursor=${first.next_cursor ?? ''}`);
    expect([names(second), second.next_cursor]).toEqual([['b'], null]);
  });

  it('stores at most its limit of bytes', async () => {
    const url = await start({ maxKeptBytes: 7_000 });
    await sendSpans(
      url,
      ['a', 'b', 'c'].map((name) => ({ name, attributes: { text: name.repeat(2_000) } })),
    );
    expect((await spansOf(url, 'default')).data.map(({ name }) => name)).toEqual(['c', 'b']);
  });
});

describe('trace sink rejections', () => {
  it.each([
    ['application/json', 'Unsupported content type: application/json'],
    ['application/x-protobuf; charset=utf-8', 'Unsupported content type: application/x-protobuf; charset=utf-8'],
    ['Application/X-Protobuf', 'Unsupported content type: Application/X-Protobuf'],
  ])('415 for %s', async (contentType, detail) => {
    const response = await post(await start(), new Uint8Array(), { 'content-type': contentType });
    expect([response.status, await response.json()]).toEqual([415, { detail }]);
  });

  it('415 for no media type at all', async () => {
    const url = await start();
    const status = await new Promise((resolve, reject) => {
      request(`${url}/v1/traces`, { method: 'POST' }, (response) => {
        resolve(response.resume().statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(415);
  });

  it.each([
    ['an unknown encoding', new Uint8Array(), 'br', 415],
    ['truncated protobuf', new Uint8Array([0x0a, 0x05, 0x00]), '', 422],
    ['nesting without end', nested(5_000), '', 422],
    ['more messages than it decodes', field(1, field(2, Buffer.alloc(20_000, Buffer.from([0x12, 0])))), '', 413],
    ['what is not gzip', new Uint8Array([1, 2, 3]), 'gzip', 422],
    ['a long body', new Uint8Array(70_000), '', 413],
    ['a body that unpacks to a long one', gzipSync(new Uint8Array(1_000_000)), 'gzip', 413],
  ])('%s', async (_what, body, encoding, status) => {
    const url = await start({ maxBodyBytes: 65_536, maxMessages: 5_001 });
    const response = await post(url, body, { ...protobuf, ...(encoding !== '' && { 'content-encoding': encoding }) });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ detail: expect.any(String) as string });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it.each([
    ['', (bytes: Uint8Array) => bytes],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('accepts an empty request compressed with "%s"', async (encoding, pack) => {
    const headers = { ...protobuf, ...(encoding !== '' && { 'content-encoding': encoding }) };
    const response = await post(await start(), pack(new Uint8Array()), headers);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it.each([
    ['/v1/traces', 405],
    ['/v1/projects/nope/spans', 404],
    ['/v1/projects/%ff/spans', 404],
    ['/spans/1', 404],
    ['/nope', 404],
  ])('GET %s answers %d', async (path, status) => {
    expect((await fetch((await start()) + path)).status).toBe(status);
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'cursor=x'])('422 for ?%s', async (query) => {
    const url = await start();
    await sendSpans(url, [{ name: 'a' }]);
    expect((await fetch(`${url}/v1/projects/default/spans?${query}`)).status).toBe(422);
  });
});

describe('trace sink page', () => {
  it('allows only its own script and style, and contains no absolute address', async () => {
    const response = await fetch(`${await start()}/`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(await response.text()).not.toMatch(/(?:src|href)="(?!data:)|https?:/);
  });

  it('streams stored rows, then new rows as they arrive, and resumes', async () => {
    const url = await start();
    await sendSpans(url, [{ name: 'before' }]);
    const events = await openEvents(url);
    expect(await events.next()).toMatchObject([{ name: 'before', status: 'UNSET', durationMs: 1810 }]);
    await sendSpans(url, [{ name: 'after', attributes: { 'llm.model_name': 'm', 'llm.token_count.prompt': 3 } }]);
    const rows = await events.next();
    expect(rows).toMatchObject([{ name: 'after', subject: 'm', tokensIn: 3 }]);
    events.cancel();

    await sendSpans(url, [{ name: 'meanwhile' }]);
    const resumed = await openEvents(url, { 'last-event-id': String(rows[0]!.seq) });
    expect(await resumed.next()).toMatchObject([{ name: 'meanwhile' }]);
    const detail = await fetch(`${url}/spans/${rows[0]!.seq}`);
    await expect(detail.json()).resolves.toMatchObject({ name: 'after', project: 'default' });
    resumed.cancel();
  });

  it('limits the number of open pages', async () => {
    const url = await start({ maxPages: 1 });
    const events = await openEvents(url);
    expect((await fetch(`${url}/events`)).status).toBe(503);
    events.cancel();
    const watching = async (): Promise<boolean> => {
      const response = await fetch(`${url}/events`);
      await response.body?.cancel();
      return response.ok;
    };
    await until(watching, 'a free place');
  });
});

interface Events {
  next(): Promise<{ seq: number; [key: string]: unknown }[]>;
  cancel(): void;
}

/** Opens the page's event stream; `next` is the next batch of rows. */
async function openEvents(url: string, headers: Record<string, string> = {}): Promise<Events> {
  const abort = new AbortController();
  const response = await fetch(`${url}/events`, { headers, signal: abort.signal });
  const chunks = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let text = '';
  return {
    next: async () => {
      for (;;) {
        const match = /^data: (.*)\n\n/m.exec(text);
        if (match) {
          text = text.slice(match.index + match[0].length);
          return JSON.parse(match[1]!) as { seq: number }[];
        }
        const { value } = (await chunks.next()) as { value: Uint8Array };
        text += Buffer.from(value).toString();
      }
    },
    cancel: () => {
      abort.abort();
    },
  };
}

/** A length-delimited protobuf field. */
function field(number: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), body]);
}

/** A request whose one attribute is an array in an array in an array, and so on. */
function nested(levels: number): Buffer {
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < levels; level += 1) value = field(5, field(1, value));
  return field(1, field(2, field(2, field(9, field(2, value)))));
}
