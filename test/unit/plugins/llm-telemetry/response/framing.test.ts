import { gzipSync } from 'node:zlib';
import { ndjson, sse } from '../../../../support/exchange';
import { messages, spanOfExchange, type Exchange } from '../run-llm-telemetry';
import { chat, ERROR, IN, itReports, LENGTH, OUT, piece, REASONS, usage, wholeChat, type Row } from './reported';

const records = [
  piece({ content: 'Hel' }),
  piece({ content: 'lo' }),
  piece({}, 'stop'),
  { choices: [], usage: usage(9, 2, 11) },
];
const lines = [
  { model: 'm', message: { role: 'assistant', content: 'Hel' }, done: false },
  { model: 'm', message: { role: 'assistant', content: 'lo' }, done: false },
  { model: 'm', message: { content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 9, eval_count: 2 },
];
const hello = { [IN]: 9, [OUT]: 2, [LENGTH]: 5, [REASONS]: ['stop'], [ERROR]: null, 'gen_ai.request.stream': true };
const data = (separator: string, record: object) => `data:${separator}${JSON.stringify(record)}`;

describe('a stream of events is read', () => {
  const of = (response: string): Exchange => ({ ...chat(), response });
  const each = (write: (record: object) => string) => of(`${records.map(write).join('')}data: [DONE]\n\n`);

  itReports([
    ['after a byte order mark', of(`\ufeff${sse(...records, '[DONE]')}`), hello],
    ['after a byte order mark and empty lines', of(`\ufeff\n\n${sse(...records, '[DONE]')}`), hello],
    ['after empty lines', of(`\r\n\r\n${sse(...records, '[DONE]')}`), hello],
    ['whose lines end in CR', of(sse(...records, '[DONE]').replaceAll('\n', '\r')), hello],
    ['whose lines end in CRLF', of(sse(...records, '[DONE]').replaceAll('\n', '\r\n')), hello],
    [
      'whose lines end in all three',
      of(
        sse(...records)
          .replace('\n\n', '\r\r')
          .replace('\n\n', '\r\n\r'),
      ),
      hello,
    ],
    ['with comments', of(`: OPENROUTER PROCESSING\n\n:\n\n${sse(...records)}: bye\n\n${sse('[DONE]')}`), hello],
    ['without the space after the colon', each((record) => `${data('', record)}\n\n`), hello],
    ['with ids, retries and names', each((record) => `id: 7\nretry: 5\nevent: chunk\n${data(' ', record)}\n\n`), hello],
    ['without blank lines', each((record) => `${data(' ', record)}\n`), hello],
    ['with more than one blank line', each((record) => `${data(' ', record)}\n\n\n\n`), hello],
    [
      'with data on several lines',
      of(records.map((record) => `${JSON.stringify(record, null, 1).replace(/^/gm, 'data: ')}\n\n`).join('')),
      hello,
    ],
    ['without the blank line at its end', of(sse(...records).trimEnd()), hello],
    ['with spaces around [DONE]', of(`${sse(...records)}data:  [DONE] \n\n`), hello],
    ['that starts with an event’s name', of(`event: message\n${sse(...records)}`), hello],
    ['that starts with an unknown field', of(`server: x\n${sse(...records)}`), hello],
    ['that has no event yet', of('\n\n'), { [ERROR]: 'stream_truncated' }],
    ['that a proxy pads', of(`:${' '.repeat(2048)}\n\n${sse(...records)}`), hello],
  ]);

  itReports(
    [
      'application/json',
      'text/plain; charset=utf-8',
      'application/x-ndjson',
      'application/octet-stream',
      'text/html',
      '',
    ].map((contentType): Row => [
      `under the media type "${contentType}"`,
      { ...chat(...records, '[DONE]'), contentType },
      hello,
    ]),
  );

  itReports([
    [
      'that was compressed',
      { ...chat(), responseHeaders: { 'content-encoding': 'gzip' }, response: gzipSync(sse(...records)) },
      hello,
    ],
    ['that the request did not ask for', { ...chat(...records, '[DONE]'), request: { model: 'm', messages } }, hello],
    [
      'that is one whole document',
      chat({ model: 'm', choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }], usage: usage(9, 2, 11) }),
      hello,
    ],
    [
      'whose last record has the whole message again',
      chat(...records.slice(0, 3), {
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
        usage: usage(9, 2, 11),
      }),
      hello,
    ],
    ['whose last record was sent twice', chat(...records, records[2]!, records[3]!, '[DONE]', '[DONE]'), hello],
  ]);
});

describe('lines of JSON are read', () => {
  const of = (response: string, contentType = 'application/x-ndjson'): Exchange => ({
    path: '/api/chat',
    request: { model: 'm', messages },
    contentType,
    response,
  });

  itReports(
    [
      'application/x-ndjson',
      'application/json',
      'application/json; charset=utf-8',
      'text/event-stream; charset=utf-8',
      'text/plain',
      'application/octet-stream',
      'application/jsonl',
      'application/stream+json',
      '',
    ].map((contentType): Row => [`under the media type "${contentType}"`, of(ndjson(...lines), contentType), hello]),
  );

  itReports([
    ['after a byte order mark', of(`\ufeff${ndjson(...lines)}`, 'application/json'), hello],
    ['that end in CRLF', of(ndjson(...lines).replaceAll('\n', '\r\n'), 'application/json'), hello],
    ['with empty lines between', of(ndjson(...lines).replaceAll('\n', '\n\n'), 'text/event-stream'), hello],
    ['without a last line end', of(ndjson(...lines).trimEnd(), 'application/json'), hello],
    ['without any line end', of(ndjson(...lines).replaceAll('\n', ''), 'application/json'), hello],
    ['as events', of(sse(...lines), 'application/x-ndjson'), hello],
    [
      'of generate',
      {
        ...of(
          ndjson(
            { response: 'Hello' },
            { response: '', done: true, done_reason: 'stop', prompt_eval_count: 9, eval_count: 2 },
          ),
          'text/event-stream',
        ),
        path: '/api/generate',
        request: { model: 'm', prompt: 'x' },
      },
      hello,
    ],
    ['of a chat of OpenAI', { ...chat(), contentType: 'application/json', response: ndjson(...records) }, hello],
    [
      'of which only the first was received',
      of(ndjson(lines[0]!), 'application/json'),
      { [ERROR]: 'stream_truncated', [LENGTH]: 3 },
    ],
    [
      'that end in an error',
      of(ndjson(lines[0]!, { error: 'crashed' }), 'application/json'),
      { [ERROR]: 'stream_error', error: 'crashed' },
    ],
  ]);
});

describe('a document is read', () => {
  const expected = { [IN]: 9, [OUT]: 2, [LENGTH]: 5, [ERROR]: null, 'gen_ai.request.stream': null };
  const document = {
    model: 'm',
    choices: [{ index: 0, message: { content: 'Hello' }, finish_reason: 'stop' }],
    usage: usage(9, 2, 11),
  };

  itReports([
    ['after a byte order mark', { ...wholeChat({}), response: `\ufeff${JSON.stringify(document)}` }, expected],
    ['that is written on many lines', { ...wholeChat({}), response: JSON.stringify(document, null, 2) }, expected],
    [
      'although a stream was requested',
      { ...wholeChat(document), request: { model: 'm', messages, stream: true } },
      expected,
    ],
    ['with the media type of text', { ...wholeChat(document), contentType: 'text/plain' }, expected],
    ['without a media type', { ...wholeChat(document), contentType: '' }, expected],
    [
      'on many lines with the media type of events',
      { ...wholeChat({}), contentType: 'text/event-stream', response: JSON.stringify(document, null, 2) },
      expected,
    ],
    [
      'of a server that is compatible with Ollama',
      {
        path: '/api/chat',
        contentType: 'text/html',
        response: { message: { content: 'Hello' }, done: true, prompt_eval_count: 9, eval_count: 2 },
      },
      expected,
    ],
  ]);

  it('that is not JSON, as an error without its content', async () => {
    const page = '<html><head><title>Sign in, ann</title></head></html>';
    for (const stream of [true, false]) {
      const request = { model: 'm', messages, stream };
      const exchange = { ...wholeChat({}), request, contentType: 'text/html', response: page };
      const { attributes, error } = await spanOfExchange(exchange);
      expect([attributes[ERROR], error]).toEqual(['_OTHER', 'the response is not JSON']);
    }
  });
});

describe('content as a list of parts', () => {
  const text = (text: string) => ({ type: 'text', text });
  const thinking = { type: 'thinking', thinking: [text('multiply')] };
  const ends = [piece({}, 'stop'), '[DONE]'];

  itReports([
    [
      'of thinking and text, streamed',
      chat(piece({ content: [thinking] }), piece({ content: [text('391')] }), ...ends),
      { [LENGTH]: 3 },
    ],
    ['of both in one record', chat(piece({ content: [thinking, text('391')] }), ...ends), { [LENGTH]: 3 }],
    ['of plain strings', chat(piece({ content: ['39', '1'] }), ...ends), { [LENGTH]: 3 }],
    ['that is one part', chat(piece({ content: text('391') }), ...ends), { [LENGTH]: 3 }],
    [
      'beside plain strings',
      chat(piece({ content: 'a' }), piece({ content: [text('391')] }), ...ends),
      { [LENGTH]: 4 },
    ],
    [
      'whose thinking is a string',
      chat(piece({ content: [{ type: 'thinking', thinking: 'multiply' }, text('391')] }), ...ends),
      { [LENGTH]: 3 },
    ],
    [
      'with other parts',
      chat(piece({ content: [{ type: 'reference', reference_ids: [1] }, text('391'), null, 7] }), ...ends),
      { [LENGTH]: 3 },
    ],
    [
      'beside reasoning_content',
      chat(piece({ reasoning_content: 'long thought' }), piece({ content: '391' }), ...ends),
      { [LENGTH]: 3 },
    ],
    ['not streamed', wholeChat({ choices: [{ message: { content: [thinking, text('391')] } }] }), { [LENGTH]: 3 }],
    ['of strings, not streamed', wholeChat({ choices: [{ message: { content: ['39', '1'] } }] }), { [LENGTH]: 3 }],
    [
      'in the format of Ollama',
      { response: ndjson({ message: { content: [text('391')] } }, { done: true }) },
      { [LENGTH]: 3 },
    ],
    [
      'that is nested very deeply',
      wholeChat({ choices: [{ message: { content: [[[[[[[['deep']]]]]]]] } }] }),
      { [LENGTH]: 0 },
    ],
  ]);

  it('separates thinking from content if content is captured', async () => {
    const exchange = chat(piece({ content: [thinking] }), piece({ content: [text('391')] }), ...ends);
    const { attributes } = await spanOfExchange(exchange, { capture_content: 'full', capture_thinking: true });
    expect(attributes).toMatchObject({
      'output.value': '391',
      'llm.output_messages.0.message.contents.0.message_content.text': 'multiply',
    });
  });
});
