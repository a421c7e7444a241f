import { answerOf, factsOf, passOf, ping, post, STREAM_HEADERS } from '../request';

describe('GET opens an event stream', () => {
  it.each([['text/event-stream'], ['application/json, text/event-stream'], ['*/*'], ['TEXT/*;q=0.1']])(
    '%s passes',
    (accept) => {
      expect(passOf(factsOf('GET', { accept }, ''))).not.toHaveProperty('summary');
    },
  );

  it.each([['application/json'], [undefined], ['text/event-stream;q=0'], ['text/html']])('%s gets 406', (accept) => {
    expect(answerOf(factsOf('GET', { accept }, ''))).toMatchObject({ status: 406, code: -32600, id: null });
  });

  it('its version header is checked as any other', () => {
    expect(answerOf(factsOf('GET', { ...STREAM_HEADERS, 'mcp-protocol-version': '1999-01-01' }, ''))).toMatchObject({
      status: 400,
      code: -32022,
      id: null,
    });
  });
});

describe('Accept of a POST', () => {
  it.each([
    ['application/json, text/event-stream', true, true],
    ['Text/Event-Stream, Application/JSON;q=0.5', true, true],
    ['application/json', false, false],
    ['text/event-stream', false, false],
    ['application/json, text/event-stream;q=0', false, false],
    ['application/json;q=0.0, */*', true, false],
    ['*/*', true, false],
    ['application/*, text/*', true, false],
    ['application/*', false, false],
    ['text/html', false, false],
    ['', false, false],
    [undefined, true, false],
  ])('%j passes: lenient %j, strict %j', (accept, lenient, strict) => {
    const facts = post(ping, { accept });
    for (const [mode, passes] of [
      ['lenient', lenient],
      ['strict', strict],
    ] as const) {
      if (passes) expect(passOf(facts, { accept: mode })).toBeDefined();
      else expect(answerOf(facts, { accept: mode })).toMatchObject({ status: 406, code: -32600, id: null });
    }
  });
});

describe('Content-Type', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8; profile=x',
    'application/json;',
  ])('%s passes', (type) => {
    expect(passOf(post(ping, { 'content-type': type }))).toBeDefined();
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'text/plain; a=application/json',
    'application/json-rpc',
    'application/vnd.api+json',
    'application/json, application/json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset',
    "application/json; charset*=utf-8''utf-16",
    'application/json; charset=utf-8; charset*0=utf-16',
    'multipart/form-data; boundary=x',
  ])('%j gets 415', (type) => {
    expect(answerOf(post(ping, { 'content-type': type }))).toMatchObject({ status: 415, code: -32600, id: null });
  });
});

describe('Content-Encoding', () => {
  it.each([undefined, 'identity', 'Identity'])('%j passes', (encoding) => {
    expect(passOf(post(ping, { 'content-encoding': encoding }))).toBeDefined();
  });

  it.each(['gzip', 'deflate', 'br', 'identity, gzip', ''])('%j gets 415', (encoding) => {
    expect(answerOf(post(ping, { 'content-encoding': encoding }))).toMatchObject({
      status: 415,
      code: -32600,
      id: null,
    });
  });
});
