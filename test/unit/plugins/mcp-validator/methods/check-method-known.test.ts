import { answerOf, modernPost, passOf, post, request, versionHeader } from '../request';

const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };

describe('an unknown or denied method', () => {
  it.each([
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'tasks/list',
    'tasks/result',
  ])('%s does not exist in the stateless revision: 404', (method) => {
    expect(answerOf(modernPost(method))).toMatchObject({ status: 404, code: -32601, id: 1 });
  });

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel', 'skills/list', 'vendor/thing', 'constructor', '__proto__'])(
    '%s may be of an extension and passes',
    (method) => {
      expect(passOf(modernPost(method, method.startsWith('tasks/') ? { taskId: 't' } : {}))).toBeDefined();
      expect(passOf(post(request(method, { taskId: 't' })))).toBeDefined();
    },
  );

  it('denied by default, it gets 404 or, from older clients, 200 with its id', () => {
    const config = { unknown_methods: 'deny' };
    expect(answerOf(modernPost('vendor/thing'), config)).toMatchObject({ status: 404, code: -32601, id: 1 });
    expect(answerOf(post(request('vendor/thing', {}, 'x')), config)).toMatchObject({
      status: 200,
      code: -32601,
      id: 'x',
    });
    expect(answerOf(post(request('rpc.discover')))).toMatchObject({ status: 200, code: -32601 });
    expect(
      passOf(post(request('vendor/thing')), { ...config, methods: { allow: ['vendor/*'], deny: [] } }),
    ).toBeDefined();
  });

  it('comes before the params: a bare call of a removed method is still 404', () => {
    expect(answerOf(modernPost('logging/setLevel')).status).toBe(404);
  });
});

it("capabilities are the server's to check", () => {
  expect(passOf(modernPost('tools/call', { name: 'needs_sampling' }))).toBeDefined();
});

describe('methods by revision', () => {
  it('an older client may use a method of another revision, unless unknown ones are denied', () => {
    const facts = post(request('tasks/get', { taskId: 't' }), versionHeader('2025-06-18'));
    expect(passOf(facts)).toBeDefined();
    expect(answerOf(facts, { unknown_methods: 'deny' })).toMatchObject({ status: 200, code: -32601 });
  });

  it('a denied notification gets 400', () => {
    const config = { methods: { allow: [], deny: ['notifications/*'] } };
    expect(answerOf(post(notification), config)).toMatchObject({ status: 400, code: -32601, id: null });
  });

  it('a denied method looks as if it did not exist', () => {
    const config = { methods: { allow: [], deny: ['logging/*'] } };
    expect(answerOf(post(request('logging/setLevel', { level: 'info' })), config)).toMatchObject({
      status: 200,
      code: -32601,
      message: 'Method not found',
      id: 1,
    });
  });
});

describe('a method that a lenient server takes for one of the protocol', () => {
  it.each([
    'Tools/Call',
    'TOOLS/CALL',
    'tools/call ',
    ' tools/call',
    'tools/call\u0000',
    'tools/\u200bcall',
    'tools//call',
    'tools/call/',
    '/tools/call',
    'tools\\call',
    'tools\u2215call',
    'tools\uff0fcall',
    '\uff54ools/call',
    'tool\u017f/call',
    'tools%2Fcall',
    'Ping',
    'pi-ng',
    'resource_s/read',
    'logging/setlevel',
    'logging/set_level',
    'Notifications/Initialized',
  ])('%j is not found', (method) => {
    expect(answerOf(post(request(method, { name: 'x' })))).toMatchObject({
      status: 200,
      code: -32601,
      reason: 'ambiguous_method',
    });
    expect(answerOf(modernPost(method))).toMatchObject({ status: 404, code: -32601 });
    expect(answerOf(post({ jsonrpc: '2.0', method }))).toMatchObject({ status: 400, code: -32601 });
  });

  it.each([
    'tools/calls',
    'tools.call',
    'tool/call',
    'x/tools/call',
    'tools/call/x',
    'vendor/Ping',
    'skills/list',
    'call',
  ])('%j belongs to an extension and passes', (method) => {
    expect(passOf(post(request(method)))).toBeDefined();
  });

  it.each(['Vendor/Admin', 'vendor//admin', 'vendor/admin ', '/vendor/admin'])(
    '%j is denied as the method that the list names',
    (method) => {
      const config = { methods: { allow: [], deny: ['vendor/admin'] } };
      expect(answerOf(post(request(method)), config)).toMatchObject({ code: -32601, reason: 'method_denied' });
    },
  );

  it('a denial by glob matches no other method because of its separators', () => {
    const config = { methods: { allow: [], deny: ['tools-*', 'notifications_*'] } };
    expect(passOf(post(request('tools/list')), config)).toBeDefined();
    expect(passOf(post(notification), config)).toBeDefined();
  });
});
