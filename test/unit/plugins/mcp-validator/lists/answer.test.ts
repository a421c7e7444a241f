import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { judge, page, tool, tools } from './held';

const a = tool('a');
const hidden = tool('hidden');
const list = page(tools(a, hidden));
const cut = page(tools(a));
const FAILURE = page('0').replace('"result":0', '"error":{"code":-32603,"message":"The list could not be checked"}');

describe('the media type of a list', () => {
  it.each([['Application/JSON; charset=UTF-8'], ['application/json']])('%s is read', async (type) => {
    expect((await judge({ body: list, type })).text).toBe(cut);
  });

  it.each([['text/html'], ['text/plain'], ['application/json-seq'], [undefined]])('%s is not', async (type) => {
    expect(await judge({ body: list, type })).toMatchObject({ outcome: 'unreadable', text: FAILURE });
  });

  it('is not read if it is given twice', async () => {
    const headers = { 'content-type': ['application/json', 'text/event-stream'] };
    expect(await judge({ body: list, type: undefined, headers })).toMatchObject({ outcome: 'unreadable' });
  });
});

describe('the content coding of a list', () => {
  const encode = { gzip: gzipSync, 'X-Gzip': gzipSync, deflate: deflateSync, br: brotliCompressSync };
  it.each(Object.entries(encode))('%s is decoded, and the list sent on without it', async (coding, compress) => {
    const given = { headers: { 'content-encoding': coding } };
    const verdict = await judge({ body: compress(list), ...given });
    expect(verdict).toMatchObject({ kind: 'replace', outcome: 'filtered', text: cut });
    expect(verdict.removeHeaders).toContain('Content-Encoding');
    const untouched = await judge({ body: compress(cut), ...given });
    expect(untouched).toMatchObject({ kind: 'replace', outcome: 'untouched', text: cut });
  });

  it.each([
    ['zstd', Buffer.from(list)],
    ['gzip, br', gzipSync(list)],
    ['gzip', Buffer.from(list)],
    ['br', gzipSync(list)],
    ['gzip', gzipSync(list).subarray(0, 40)],
  ])('%s that cannot be decoded is replaced', async (coding, body) => {
    const verdict = await judge({ body, headers: { 'content-encoding': coding } });
    expect(verdict).toMatchObject({ outcome: 'unreadable', text: FAILURE });
  });

  it('two headers are replaced', async () => {
    const headers = { 'content-encoding': ['gzip', 'identity'] };
    expect(await judge({ body: gzipSync(list), headers })).toMatchObject({ outcome: 'unreadable' });
  });

  it('a list that is too long once decoded is replaced', async () => {
    const bomb = gzipSync(page(tools(`{"name":"a","description":"${' '.repeat(5_000_000)}"}`)));
    const verdict = await judge({ body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(verdict).toMatchObject({ outcome: 'too_long', text: FAILURE });
  });
});

it('a list at the bound is read, one byte more is not', async () => {
  const length = Buffer.byteLength(list);
  expect(await judge({ body: list, maxBytes: length })).toMatchObject({ outcome: 'filtered' });
  expect(await judge({ body: list, maxBytes: length - 1 })).toMatchObject({ outcome: 'too_long', text: FAILURE });
  expect(await judge({ body: 'too_long' })).toMatchObject({ outcome: 'too_long', status: 200 });
});

describe('the status of a list', () => {
  it.each([[200], [201], [206]])('%i with a list: cut', async (status) => {
    const verdict = await judge({ body: list, status });
    expect(verdict).toMatchObject({ outcome: 'filtered', text: cut });
    expect(verdict.status).toBeUndefined();
  });

  it.each([[301], [304], [307]])('%i: replaced, without Location', async (status) => {
    const verdict = await judge({ body: list, status });
    expect(verdict).toMatchObject({ outcome: 'unreadable', status: 200, text: FAILURE });
    expect(verdict.removeHeaders).toContain('Location');
  });

  it.each([
    [404, '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}'],
    [401, ''],
    [400, '[]'],
    [500, '"oops"'],
  ])('%i with %j: kept, with its headers', async (status, body) => {
    expect(await judge({ body, status })).toMatchObject({ kind: 'keep', outcome: 'http_error', removeHeaders: [] });
  });

  it.each([
    ['a list', list],
    ['a batch with a list', `[${list}]`],
    ['a result in another case', list.replace('result', 'Result')],
    ['no JSON', '<html>'],
    ['a body that is too long', 'too_long'],
  ])('an error with %s: its status with an error that can be read', async (_, body) => {
    for (const status of [404, 401, 500]) {
      const verdict = await judge({ body, status });
      expect(verdict).toMatchObject({ kind: 'replace', outcome: 'http_error', status });
      expect(Buffer.from(verdict.body!).toString()).toBe(FAILURE);
    }
  });

  it.each([
    ['kept', '{"error":"invalid_token"}'],
    ['replaced', '<html>Log in</html>'],
  ])('401 whose body is %s keeps WWW-Authenticate', async (_, body) => {
    const { headers, removeHeaders, kind } = await judge({ body, status: 401 });
    expect(kind === 'replace').toBe(body.startsWith('<'));
    expect([...Object.keys(headers), ...removeHeaders]).not.toContain('WWW-Authenticate');
  });

  it.each([[202], [204]])('%i without body: the list comes on another stream', async (status) => {
    expect(await judge({ status, type: undefined })).toMatchObject({ kind: 'keep', outcome: 'elsewhere' });
    expect(await judge({ status, body: list })).toMatchObject({ outcome: 'filtered', text: cut });
  });
});

describe('a list in a stream of events', () => {
  const stream = (body: string) => judge({ body, type: 'text/event-stream' });
  const progress =
    'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}\n\n';
  const asking = 'data: {"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}\n\n';
  const priming = 'id: 0\ndata:\n\n';
  const lines = `{"jsonrpc":"2.0","id":1,\ndata: "result":{"tools":[${a},\ndata: ${hidden}]}}`;

  it.each([
    [
      'after other events',
      `${priming}: hello\n\n${progress}${asking}event: message\nid: 7\nretry: 5\ndata: ${list}\n\n${progress}`,
    ],
    ['with CRLF', `event: message\r\ndata: ${list}\r\n\r\n`],
    ['with CR', `event: message\rdata: ${list}\r\r`],
    ['after a byte order mark', `\ufeffdata: ${list}\n\n`],
    ['without blank line at the end', `data: ${list}`],
    ['without blank after the colon', `data:${list}\n\n`],
    ['in an event of another type', `event: other\ndata: ${list}\n\n`],
    ['with a comment between', `data: ${list}\n: comment\nid: 4\n\n`],
  ])('%s: only the bytes of hidden tools are missing', async (_, body) => {
    const verdict = await stream(body);
    expect(verdict.text).toBe(body.replace(list, cut));
    expect(verdict.outcome).toBe('filtered');
  });

  it('on several lines keeps them', async () => {
    const { text } = await stream(`id: 1\r\ndata: ${lines.replaceAll('\n', '\r\n')}\r\nretry: 9\r\n\r\n`);
    expect(text).toBe(
      `id: 1\r\ndata: {"jsonrpc":"2.0","id":1,\r\ndata: "result":{"tools":[${a}]}}\r\nretry: 9\r\n\r\n`,
    );
  });

  it('keeps other lines between its data lines', async () => {
    const body = `data\ndata: {"jsonrpc":"2.0","id":1,\nid: 3\ndata: "result":${tools(hidden)}}\n\n`;
    const { text } = await stream(body);
    expect(text).toBe(`data: \ndata: {"jsonrpc":"2.0","id":1,\ndata: "result":{"tools":[]}}\nid: 3\n\n`);
  });

  it('stays as it is if nothing is hidden', async () => {
    const body = `${progress}data: ${cut}\n\n`;
    expect(await stream(body)).toMatchObject({ kind: 'keep', outcome: 'untouched', text: body });
  });

  it.each([
    ['without the response', progress],
    ['with an event that is no JSON', `data: {\n\ndata: ${cut}\n\n`],
    ['empty', ''],
  ])('%s: replaced by an error as JSON', async (_, body) => {
    const verdict = await stream(body);
    expect(verdict).toMatchObject({ outcome: 'unreadable', text: FAILURE });
    expect(verdict.headers['Content-Type']).toBe('application/json');
  });
});
