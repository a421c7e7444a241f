import { sse } from '../../../../support/exchange';
import { chat, ERROR, itReports, piece, REASONS, wholeChat, type Row } from './reported';

const failed = (response: object | string, status = 400, contentType = 'application/json') => ({
  ...wholeChat({}),
  response,
  status,
  contentType,
});
const text = 'This model takes at most 4096 tokens';

describe('the text of an error is in the status of the span:', () => {
  const wordings: readonly [name: string, body: object | string][] = [
    ['OpenAI', { error: { message: text, type: 'invalid_request_error', param: null, code: null } }],
    ['Anthropic', { type: 'error', error: { type: 'invalid_request_error', message: text }, request_id: 'r' }],
    ['Ollama', { error: text }],
    ['vLLM before 0.10', { object: 'error', message: text, type: 'BadRequestError', param: null, code: 400 }],
    ['FastAPI', { detail: text }],
    [
      'FastAPI’s validation',
      { detail: [{ type: 'missing', loc: ['body', 'model'], msg: text, input: { secret: 1 } }] },
    ],
    ['detail as an object', { detail: { message: text } }],
    ['detail that contains an error', { detail: { error: { message: text } } }],
    ['message', { message: text }],
    ['message as an object', { message: { detail: text } }],
    ['a code and a message', { code: 'context_length', message: text, request_id: 'r' }],
    ['errors as strings', { errors: [text] }],
    ['errors as objects', { success: false, result: null, errors: [{ code: 7003, message: text }] }],
    ['AWS', { Message: text }],
    ['AWS, typed', { __type: 'com.amazon#ValidationException', message: text }],
    ['Azure', { error: { code: 'DeploymentNotFound', message: text, innererror: { code: 'x' } } }],
    ['Azure’s gateway', { statusCode: 429, message: text }],
    ['Google’s list', [{ error: { code: 400, message: text, status: 'INVALID_ARGUMENT' } }]],
    ['OAuth', { error: 'invalid_token', error_description: text }],
    ['Spring', { timestamp: 1, status: 400, error: 'Bad Request', message: text, path: '/v1' }],
    ['a problem of RFC 9457', { type: 'about:blank', title: 'Bad Request', status: 400, detail: text }],
    ['text-generation-inference', { error: text, error_type: 'validation' }],
    ['a flag true beside the text', { error: true, message: text }],
    ['an error in a JSON string', { error: { message: JSON.stringify({ error: { message: text } }) } }],
    ['msg', { code: 1, msg: text }],
    ['plain text', text],
    ['plain text on several lines', `\n  ${text.replaceAll(' ', '\n ')}\n`],
    ['a JSON string', JSON.stringify(text)],
    ['HTML with a title', `<!DOCTYPE html>\n<html><head><title>${text}</title></head><body><h1>x</h1></body></html>`],
    ['HTML with a heading', `<html><body><h1 class="a">${text}</h1><p>nginx</p></body></html>`],
    ['HTML without title and heading', `<p>${text}</p>`],
    ['XML', `<?xml version="1.0"?><Error><Code>x</Code><Message>${text}</Message></Error>`],
    ['after a byte order mark', `\ufeff${JSON.stringify({ detail: text })}`],
    ['cut off', `${JSON.stringify({ message: text, more: 1 }).slice(0, -1)},"trace":["`],
  ];

  itReports(
    wordings.map(([name, body]): Row => [name, failed(body), { [ERROR]: '400', error: text, [REASONS]: ['error'] }]),
  );
  itReports([
    ['one event', failed(sse({ error: { message: text } }), 400, 'text/event-stream'), { error: text }],
    ['one event without the envelope', failed(sse({ detail: text }), 400, 'text/event-stream'), { error: text }],
    [
      'lines of Ollama',
      { path: '/api/chat', status: 500, response: `${JSON.stringify({ error: text })}\n` },
      { error: text, [ERROR]: '500' },
    ],
    ['several errors', failed({ detail: [{ msg: 'a' }, { msg: 'b' }] }, 422), { error: 'a; b', [ERROR]: '422' }],
    [
      'the type if there is no text',
      failed({ error: { type: 'overloaded_error' } }, 529),
      { error: 'overloaded_error' },
    ],
    ['HTML entities', failed('<title>a &amp; b &lt;c&gt;</title>', 502), { error: 'a & b <c>' }],
    ['the status if there is no body', failed('', 503), { error: '503', [ERROR]: '503' }],
    ['the status for an empty object', failed({}, 500), { error: '500' }],
    ['the status if the body has only numbers', failed({ code: 5 }, 500), { error: '500' }],
    [
      'a text without its secret',
      failed({ detail: 'no: Bearer abcdefghijklmnop' }, 401),
      { error: 'no: __REDACTED__' },
    ],
    ['a long text, which is cut', failed({ detail: 'x'.repeat(9999) }), { error: 'x'.repeat(200) }],
  ]);
});

describe('an error in a stream', () => {
  const expected = { [ERROR]: 'stream_error', error: text };
  const of = (end: string) => ({ ...chat(), response: `${sse(piece({ content: 'a' }))}${end}` });

  itReports([
    ['in the envelope', of(sse({ error: { message: text } })), expected],
    [
      'in the envelope, with a code and a last choice (OpenRouter)',
      of(
        sse({
          error: { code: 502, message: text },
          choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        }),
      ),
      expected,
    ],
    ['without the envelope', of(sse({ object: 'error', message: text, code: 400 })), expected],
    ['under the event’s name', of(`event: error\ndata: ${JSON.stringify({ message: text })}\n\n`), expected],
    ['in a separate field (llama.cpp)', of(`error: ${JSON.stringify({ code: 500, message: text })}\n\n`), expected],
    ['without any field', of(`${JSON.stringify({ error: { message: text } })}\n\n`), expected],
    ['within a choice', of(sse({ choices: [{ index: 0, delta: {}, error: { message: text } }] })), expected],
    ['as a string', of(sse({ error: text })), expected],
    ['followed by [DONE]', of(sse({ error: text }, '[DONE]')), expected],
  ]);
  itReports([
    [
      'is ignored if the member is null',
      chat(piece({ content: 'a' }, 'stop', { error: null }), '[DONE]'),
      { [ERROR]: null },
    ],
    [
      'is ignored if the member is empty',
      chat(piece({ content: 'a' }, 'stop', { error: {} }), '[DONE]'),
      { [ERROR]: null },
    ],
    [
      'is ignored if the member states that there is no error',
      chat(piece({ content: 'a' }, 'stop', { error: { code: 0, message: '' } }), '[DONE]'),
      { [ERROR]: null },
    ],
    [
      'of a document with a success status',
      wholeChat({ error: { message: text } }),
      { [ERROR]: '_OTHER', error: text },
    ],
  ]);
});

describe('an error without an envelope', () => {
  itReports([
    ['is a fault (Apigee)', failed({ fault: { faultstring: text, detail: { errorcode: 'q' } } }, 429), { error: text }],
    ['is in base_resp (MiniMax)', failed({ base_resp: { status_code: 1004, status_msg: text } }), { error: text }],
    [
      'is in base_resp with a success status',
      failed({ base_resp: { status_code: 1004, status_msg: text } }, 200),
      { error: text },
    ],
    ['is an exception', failed({ exception: text }, 500), { error: text }],
    ['is a status text', failed({ status: 500, statusText: text }, 500), { error: text }],
    ['is a string in an envelope', failed({ error: { code: 'x', text } }, 500), { error: text }],
    ['is in data', failed({ success: false, data: { message: text } }, 429), { error: text }],
    ['is next to a flag', failed({ error: true, reason: text }), { error: text }],
    [
      'ends a stream with a code (DashScope)',
      chat(piece({ content: 'a' }), { code: 'InternalError', message: text, request_id: 'r' }),
      { [ERROR]: 'stream_error', error: text },
    ],
    [
      'ends a stream with a detail',
      chat(piece({ content: 'a' }), { detail: text }),
      { [ERROR]: 'stream_error', error: text },
    ],
    [
      "ends a stream in a provider's own member (Groq)",
      chat(piece({ content: 'a' }), { choices: [], x_groq: { error: text } }),
      { [ERROR]: 'stream_error', error: text },
    ],
    [
      'is ignored if base_resp reports success',
      chat(piece({ content: 'a' }, 'stop', { base_resp: { status_code: 0, status_msg: 'success' } })),
      { [ERROR]: null },
    ],
  ]);
});
