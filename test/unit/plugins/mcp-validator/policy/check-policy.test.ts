import { answerOf, modernPost, passOf, post, request } from '../request';

const config = {
  tools: { allow: [], deny: ['rm', 'x\ty', 'z*'] },
  prompts: { allow: ['public_*'], deny: [] },
  resources: { allow: [], deny: ['file:///etc/*'] },
};

describe('denied tools, prompts and resources look as if they did not exist', () => {
  it.each([
    ['tools/call', { name: 'rm' }, -32602, 'Unknown tool: rm', 'tool_denied'],
    ['tools/call', { name: 'x\ty' }, -32602, 'Unknown tool', 'tool_denied'],
    ['tools/call', { name: `z${'z'.repeat(200)}` }, -32602, 'Unknown tool', 'tool_denied'],
    ['prompts/get', { name: 'secret' }, -32602, 'Unknown prompt', 'prompt_denied'],
    ['resources/read', { uri: 'file:///etc/passwd' }, -32002, 'Resource not found', 'resource_denied'],
    ['resources/subscribe', { uri: 'file:///%65tc/passwd' }, -32002, 'Resource not found', 'resource_denied'],
    ['resources/unsubscribe', { uri: 'FILE:///etc/x' }, -32002, 'Resource not found', 'resource_denied'],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'secret' }, argument: { name: 'a', value: '' } },
      -32602,
      'Unknown prompt',
      'prompt_denied',
    ],
    [
      'completion/complete',
      { ref: { type: 'ref/resource', uri: 'file:///etc/{name}' }, argument: { name: 'a', value: '' } },
      -32002,
      'Resource not found',
      'resource_denied',
    ],
  ])('%s %j', (method, params, code, message, reason) => {
    expect(answerOf(post(request(method, params, 'id')), config)).toMatchObject({
      status: 200,
      id: 'id',
      code,
      message,
      reason,
    });
  });

  it.each([
    ['tools/call', { name: 'rm' }],
    ['prompts/get', { name: 'secret' }],
    ['resources/read', { uri: 'file:///etc/passwd' }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: ['file:///srv/x', 'file:///etc/passwd'] } }],
  ])('stateless %s %j gets -32602 with 400', (method, params) => {
    expect(answerOf(modernPost(method, params), config)).toMatchObject({ status: 400, code: -32602, id: 1 });
  });

  it.each([
    ['tools/call', { name: 'ls' }],
    ['prompts/get', { name: 'public_x' }],
    ['resources/read', { uri: 'file:///srv/x' }],
    ['tools/list', {}],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'public_x' }, argument: { name: 'a', value: '' } }],
  ])('%s %j passes', (method, params) => {
    expect(passOf(post(request(method, params)), config)).toBeDefined();
    expect(passOf(modernPost(method, params), config)).toBeDefined();
  });
});

it('the work for the URIs of one request is bounded: too many ambiguous URIs are denied', () => {
  const uris = Array.from({ length: 2000 }, (_, index) => `https://api.example.com/a%20b/${index}?q=1`);
  const listen = (list: string[]) =>
    modernPost('subscriptions/listen', { notifications: { resourceSubscriptions: list } });
  expect(passOf(listen(uris.slice(0, 50)), config)).toBeDefined();
  expect(answerOf(listen(uris), config)).toMatchObject({ reason: 'resource_denied' });
  const plain = uris.map((_, index) => `file:///srv/${index}`);
  expect(passOf(listen(plain), config)).toBeDefined();
});

describe('a method of an extension that names something denied', () => {
  it.each([
    ['resources/directory/read', { uri: 'file:///etc' }, 'resource_denied'],
    ['resources/directory/read', { uri: 'file:///srv/../etc/x' }, 'resource_denied'],
    ['vendor/batchRead', { uris: ['file:///srv/x', 'file:///etc/x'] }, 'resource_denied'],
    ['vendor/read', { ref: { type: 'ref/resource', uri: 'file:///etc/x' } }, 'resource_denied'],
    ['vendor/read', { resource: 'file:///etc/x' }, 'resource_denied'],
    ['vendor/read', { resources: [{ URI: 'file:///etc/x' }] }, 'resource_denied'],
    ['vendor/fetch', { url: 'file:///etc/x' }, 'resource_denied'],
    ['resources/list', { uri: 'file:///etc/' }, 'resource_denied'],
    ['tools/execute', { name: 'rm' }, 'tool_denied'],
    ['tools/batch', { calls: [{ name: 'ls' }, { name: 'rm' }] }, 'tool_denied'],
    ['vendor/run', { tool: 'rm' }, 'tool_denied'],
    ['vendor/run', { toolName: 'rm' }, 'tool_denied'],
    ['vendor/run', { name: 'rm' }, 'tool_denied'],
    ['prompts/render', { name: 'secret' }, 'prompt_denied'],
    ['vendor/render', { prompt: 'secret' }, 'prompt_denied'],
  ])('%s %j is denied', (method, params, reason) => {
    expect(answerOf(post(request(method, params)), config)).toMatchObject({ reason });
    expect(answerOf(modernPost(method, params), config)).toMatchObject({ reason, status: 400 });
  });

  it.each([
    ['vendor/run', { name: 'secret' }],
    ['vendor/run', { name: 'anything', id: 'rm', title: 'file:///etc/x' }],
    ['vendor/run', { arguments: { uri: 'file:///etc/x', name: 'rm' } }],
    ['vendor/run', { toolUseId: 'rm' }],
    ['vendor/run', { a: { b: { c: { d: { name: 'rm' } } } } }],
    ['vendor/hook', { url: 'https://hooks.example.com/x' }],
    ['resources/directory/read', { uri: 'file:///srv' }],
    ['skills/get', { name: 'pdf' }],
    ['initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'rm', version: '1' } }],
  ])('%s %j passes', (method, params) => {
    expect(passOf(post(request(method, params)), config)).toBeDefined();
  });

  it('an allow-list also applies to extensions if it is clear what they name', () => {
    const allow = { resources: { allow: ['file:///pub/*'], deny: [] }, tools: { allow: ['add'], deny: [] } };
    const read = (params: object) => post(request('resources/directory/read', params));
    expect(passOf(read({ uri: 'file:///pub/x' }), allow)).toBeDefined();
    expect(answerOf(read({ uri: 'file:///srv/x' }), allow)).toMatchObject({ reason: 'resource_denied' });
    expect(answerOf(post(request('tools/execute', { name: 'ls' })), allow)).toMatchObject({ reason: 'tool_denied' });
    expect(passOf(post(request('skills/get', { name: 'pdf', url: 'https://x.example' })), allow)).toBeDefined();
  });
});
