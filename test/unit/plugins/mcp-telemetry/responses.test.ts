import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  readWithoutEnd,
  readWithoutStart,
} from '../../../../plugins/mcp-telemetry/responses/partial-json/partial-json';
import { readResponses } from '../../../../plugins/mcp-telemetry/responses/read-responses';
import { logEntryOf } from '../../../../plugins/shared/telemetry/log-entry';
import { logRecord, sse } from '../../../support/exchange';
import { TestedPlugin, type Exchange } from './run-mcp-telemetry';

const call = (id: number | string = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'add' } });
const result = (members: object, id: number | string = 1) => ({ jsonrpc: '2.0', id, result: members });
const error = (code: number, message: string, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  error: { code, message, ...more },
});
const text = (length: number, letter = 'x') => [{ type: 'text', text: letter.repeat(length) }];
const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } };
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
const BOM = '\ufeff';

const events = { contentType: 'text/event-stream' };
const LONG = 200_000;
const JSON_LINES = (...values: object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
/** A message over several `data` lines, as a server that prints prettily sends it. */
const pretty = (value: object): string =>
  `${JSON.stringify(value, null, 1)
    .split('\n')
    .map((line) => `data: ${line}`)
    .join('\n')}\n\n`;

describe('the outcome by the response:', () => {
  const good = result({ content: text(1) });
  const failed = result({ content: text(1), isError: true });
  it.each<[string, Exchange, string]>([
    // A byte order mark.
    ['after a byte order mark, in a stream', { ...events, response: BOM + sse(good) }, 'ok'],
    [
      'after a byte order mark, in a stream, of a tool that failed',
      { ...events, response: BOM + sse(failed) },
      'tool_error',
    ],
    ['after a byte order mark, in a document', { response: BOM + JSON.stringify(failed) }, 'tool_error'],
    // Streams.
    ['with CRLF', { ...events, response: sse(progress, failed).replaceAll('\n', '\r\n') }, 'tool_error'],
    ['with CR', { ...events, response: sse(progress, failed).replaceAll('\n', '\r') }, 'tool_error'],
    ['over several data lines', { ...events, response: pretty(failed) }, 'tool_error'],
    [
      'after notifications and requests of the server',
      { ...events, response: sse(progress, ping, progress, failed) },
      'tool_error',
    ],
    ['before other events', { ...events, response: sse(failed, progress) }, 'tool_error'],
    ['without the blank line at the end', { ...events, response: sse(failed).trimEnd() }, 'tool_error'],
    [
      'with comments, ids and names of events',
      { ...events, response: `: hi\n\nevent: message\nid: 4\n${sse(failed)}` },
      'tool_error',
    ],
    ['under the media type of a document', { response: sse(progress, failed) }, 'tool_error'],
    ['under no media type', { contentType: '', response: sse(failed) }, 'tool_error'],
    // Documents.
    ['under the media type of a stream', { ...events, response: failed }, 'tool_error'],
    ['under text/plain', { contentType: 'text/plain', response: failed }, 'tool_error'],
    [
      'on a line of its own',
      { contentType: 'application/x-ndjson', response: JSON_LINES(progress, failed) },
      'tool_error',
    ],
    ['printed prettily', { response: JSON.stringify(failed, null, 2) }, 'tool_error'],
    ['with an empty result', { response: { jsonrpc: '2.0', id: 1, result: null } }, 'ok'],
    // Not JSON-RPC.
    [
      'a login page',
      { contentType: 'text/html', response: '<!doctype html><title>Sign in</title>' },
      'invalid_response',
    ],
    [
      'a long login page',
      { contentType: 'text/html', response: `<!doctype html>${'x'.repeat(LONG)}` },
      'invalid_response',
    ],
    ['a login page under another media type', { response: '<html>' }, 'invalid_response'],
    [
      'a login page that was not captured',
      {
        contentType: 'text/html',
        captured: false,
        summary: { messages: [{ kind: 'request', id: 1, method: 'tools/call' }] },
      },
      'invalid_response',
    ],
    ['JSON that is not a message', { response: { detail: 'signed out' } }, 'invalid_response'],
    ['a list of nothing', { response: [] }, 'invalid_response'],
    ['a text', { response: '"ok"' }, 'invalid_response'],
    ['the response to another request', { response: result({}, 2) }, 'invalid_response'],
    ['broken JSON', { response: '{"jsonrpc":"2.0","id":1,"result":{"content":[' }, 'invalid_response'],
    ['nothing, with 200', {}, 'invalid_response'],
    ['nothing, with 204', { status: 204 }, 'invalid_response'],
    ['nothing but a notification', { response: progress }, 'invalid_response'],
    // Messages on another stream.
    ['nothing, with 202', { status: 202 }, 'deferred'],
    ['a stream that may be resumed', { ...events, response: `id: 1\ndata:\n\n${sse(progress)}` }, 'deferred'],
    [
      'a stream that may be resumed, with its response',
      { ...events, response: `id: 1\ndata:\n\n${sse(failed)}` },
      'tool_error',
    ],
    ['a stream that ends', { ...events, response: sse(progress) }, 'cancelled'],
    ['a stream of nothing', { ...events, response: ': hi\n\n' }, 'cancelled'],
    // Cut off by the client.
    ['a stream that the client left', { ...events, complete: false, response: sse(progress) }, 'cancelled'],
    [
      'a stream that the client left within the response',
      { ...events, complete: false, response: sse(good).slice(0, -20) },
      'cancelled',
    ],
    ['a document that the client left', { complete: false, response: JSON.stringify(good).slice(0, -5) }, 'cancelled'],
    [
      'a document that the client left within a failure',
      { complete: false, response: '{"jsonrpc":"2.0","id":1,"result":{"isError":true,"cont' },
      'tool_error',
    ],
    // Errors.
    [
      'an error without its request',
      { response: { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'x' } } },
      'rpc_error',
    ],
    [
      'an error without its request and with an HTTP status',
      { status: 400, response: { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'x' } } },
      'http_4xx',
    ],
    ['an error with a long message', { response: error(-32603, 'x'.repeat(LONG)) }, 'rpc_error'],
    ['an error with much data', { response: error(-32603, 'x', { data: text(LONG) }) }, 'rpc_error'],
    [
      'an error with much data before the rest',
      { response: { jsonrpc: '2.0', error: { data: text(LONG), code: -32603, message: 'x' }, id: 1 } },
      'rpc_error',
    ],
    [
      'an error with much data in a stream',
      { ...events, response: sse(progress, error(-32603, 'x', { data: text(LONG) })) },
      'rpc_error',
    ],
    // Longer than what was captured.
    ['isError before much content', { response: result({ isError: true, content: text(LONG) }) }, 'tool_error'],
    [
      'isError before much content in a stream',
      { ...events, response: sse(progress, result({ isError: true, content: text(LONG) })) },
      'tool_error',
    ],
    [
      'isError before much content over several data lines',
      {
        ...events,
        response: pretty(result({ isError: true, content: Array.from({ length: 3000 }, () => text(50)[0]) })),
      },
      'tool_error',
    ],
    ['isError after much content', { response: result({ content: text(LONG), isError: true }) }, 'tool_error'],
    [
      'isError after much content and before the id',
      { response: { result: { content: text(LONG), isError: true }, jsonrpc: '2.0', id: 1 } },
      'tool_error',
    ],
    [
      'isError after much content in a stream',
      { ...events, response: sse(progress, result({ content: text(LONG), isError: true }), progress) },
      'tool_error',
    ],
    [
      'isError after much content over several data lines',
      {
        ...events,
        response: pretty(result({ content: Array.from({ length: 3000 }, () => text(50)[0]), isError: true })),
      },
      'tool_error',
    ],
    [
      'isError after many texts with quotes and braces',
      {
        response: result({
          content: Array.from({ length: 5000 }, () => ({ type: 'text', text: '"},{]\\"}' })),
          isError: true,
        }),
      },
      'tool_error',
    ],
    [
      'isError false after content that speaks of it',
      { response: result({ content: text(LONG, '"isError":true,'), isError: false }) },
      'ok',
    ],
    [
      'isError within structured content only',
      { response: result({ content: text(LONG), structuredContent: { isError: true } }) },
      'ok',
    ],
    [
      'the whole response after much else',
      { ...events, response: sse({ ...progress, params: { message: 'x'.repeat(LONG) } }, failed) },
      'tool_error',
    ],
    [
      'the whole response after much else, on a line',
      {
        contentType: 'application/x-ndjson',
        response: JSON_LINES({ ...progress, params: { message: 'x'.repeat(LONG) } }, failed),
      },
      'tool_error',
    ],
    [
      'a cut response on a line',
      {
        contentType: 'application/x-ndjson',
        response: JSON_LINES(progress, result({ content: text(LONG), isError: true }), progress),
      },
      'tool_error',
    ],
    ['much content that is fine', { response: result({ content: text(LONG) }) }, 'ok'],
  ])('%s', async (_name, exchange, status) => {
    const plugin = new TestedPlugin();
    await plugin.log({ request: call(), ...exchange });
    expect(await plugin.statuses()).toEqual([`tools/call ${status}`]);
    expect(plugin.spans[0]!.error === undefined).toBe(status === 'ok' || status === 'deferred');
  });

  it.each<[string, object[] | string, Exchange, string[]]>([
    ['a batch in a document', [good, result({ isError: true }, 2)], {}, ['ok', 'tool_error']],
    ['a batch in another order', [result({ isError: true }, 2), good], {}, ['ok', 'tool_error']],
    ['a batch in one event', sse([good, result({ isError: true }, 2)]), events, ['ok', 'tool_error']],
    ['a batch in events', sse(result({ isError: true }, 2), progress, good), events, ['ok', 'tool_error']],
    [
      'a batch that is cut in the first response',
      [result({ isError: true, content: text(LONG) }), result({ isError: true }, 2)],
      {},
      ['tool_error', 'tool_error'],
    ],
    [
      'a batch that is cut in the second response',
      [result({ isError: true }), result({ isError: true, content: text(LONG) }, 2)],
      {},
      ['tool_error', 'tool_error'],
    ],
    ['a batch without one of the responses', [good], {}, ['ok', 'invalid_response']],
  ])('%s', async (_name, response, exchange, statuses) => {
    const plugin = new TestedPlugin();
    await plugin.log({ ...exchange, request: [call(1), call(2)], response });
    expect(
      (await plugin.statuses())
        .join(' ')
        .replaceAll('tools/call ', '')
        .replace('tool_error x2', 'tool_error tool_error')
        .split(' '),
    ).toEqual(statuses);
  });

  it('a cut and compressed response, as far as it can be decompressed', async () => {
    const noise = Array.from({ length: 40_000 }, (_, index) => ({ n: (index * 7919) % 100_003 }));
    const body = gzipSync(JSON.stringify(result({ isError: true, content: noise })));
    const entry = logEntryOf(
      logRecord({ contentType: 'application/json', responseHeaders: { 'content-encoding': 'gzip' } }),
    )!;
    const head = body.subarray(0, 2000);
    const tail = body.subarray(-2000);
    const captured = {
      head,
      tail,
      totalBytes: body.length,
      missingBytes: body.length - 4000,
      complete: true,
      clientLeft: false,
    };
    const responses = await readResponses(entry, captured, 262_144);
    expect(responses.to(1, true)).toMatchObject({ isToolError: true, ended: false });
  });
});

describe('a partial JSON text', () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const message = fc.record({ id: fc.integer(), result: fc.dictionary(fc.string(), json), isError: fc.boolean() });

  it('is parsed from its start to the cut', () => {
    fc.assert(
      fc.property(message, fc.nat(), (value, cut) => {
        const whole = JSON.stringify(value);
        const read = readWithoutEnd(whole.slice(0, cut % (whole.length + 1))) as typeof value | undefined;
        if (read?.id !== undefined) expect(read.id).toBe(value.id);
        if (read?.isError !== undefined) expect(read.isError).toBe(value.isError);
      }),
    );
  });

  it('is parsed from its end: the members of the containers that it closes', () => {
    fc.assert(
      fc.property(json, fc.boolean(), fc.integer(), fc.nat(), (content, isError, id, cut) => {
        const before = JSON.stringify({ content }).slice(0, -1);
        const whole = `{"result":${before},"isError":${isError}},"id":${id}}`;
        const start = 10 + (cut % (before.length + 1));
        const levels = readWithoutStart(whole.slice(start));
        expect(levels?.at(-1)?.members['id']).toBe(id);
        const unnamed = levels?.at(-2)?.members ?? (levels?.at(-1)?.elements[0] as Record<string, unknown>);
        expect(unnamed['isError']).toBe(isError);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]":,\\ax1-\n ')) }), (value) => {
        readWithoutEnd(value);
        readWithoutStart(value);
      }),
    );
  });
});

describe('a response that is hard to recognize', () => {
  const page = '<!doctype html><style>\nid: 5\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n</style>';
  it.each<[string, Exchange, string]>([
    ['a page of HTML under the media type of events', { ...events, response: '<html>' }, 'invalid_response'],
    ['a page of HTML whose lines look like events', { ...events, response: page }, 'invalid_response'],
    [
      'a long page of HTML under that of events',
      { ...events, response: `<html>${'x\n'.repeat(LONG)}` },
      'invalid_response',
    ],
    [
      'isError before much content and the id after it',
      { response: { result: { isError: true, content: text(LONG) }, id: 1, jsonrpc: '2.0' } },
      'tool_error',
    ],
    [
      'an error with much data and the id after it',
      { response: { error: { code: -32603, message: 'm', data: 'z'.repeat(LONG) }, id: 1, jsonrpc: '2.0' } },
      'rpc_error',
    ],
    [
      'much content that is fine and the id after it',
      { response: { result: { isError: false, content: text(LONG) }, id: 1, jsonrpc: '2.0' } },
      'ok',
    ],
    [
      'a stream that ends after an empty id, which cannot be resumed',
      { ...events, response: 'id: \ndata:\n\n' },
      'cancelled',
    ],
    ['a stream that ends after an id without a blank', { ...events, response: 'id:7\ndata:\n\n' }, 'deferred'],
  ])('%s', async (_name, exchange, status) => {
    const plugin = new TestedPlugin();
    await plugin.log({ request: call(), ...exchange });
    expect(await plugin.statuses()).toEqual([`tools/call ${status}`]);
  });
});
