import { answerOf, MODERN, modernMeta, modernPost, passOf, post, request } from '../request';

const argument = { name: 'a', value: '' };
const text = { type: 'text', text: 'x' };

describe('a member that some reader takes for a defined one', () => {
  it.each([
    ['tools/call', { name: 'a', Name: 'b' }],
    ['tools/call', { name: 'a', 'name ': 'b' }],
    ['tools/call', { name: 'a', 'na\u200bme': 'b' }],
    ['tools/call', { name: 'a', '\uff4eame': 'b' }],
    ['tools/call', { name: 'a', 'argument\u017f': {} }],
    ['tools/call', { name: 'a', ['tas\u212a']: {} }],
    ['tools/call', { name: 'a', _meta: { progress_token: 1 } }],
    ['tools/call', { name: 'a', _meta: { 'Progress-Token': 1 } }],
    ['resources/read', { uri: 'test://x', URI: 'test://y' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'a', Name: 'b' }, argument }],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'a', URI: 'b' }, argument }],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'a', Type: 'ref/prompt' }, argument }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'a' }, argument: { ...argument, Value: 'x' } }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'a' }, argument, context: { Arguments: {} } }],
    [
      'initialize',
      {
        protocolVersion: '2025-06-18',
        protocol_version: 'x',
        capabilities: {},
        clientInfo: { name: 'c', version: '1' },
      },
    ],
    [
      'initialize',
      { protocolVersion: '2025-06-18', capabilities: { Roots: {} }, clientInfo: { name: 'c', version: '1' } },
    ],
    [
      'initialize',
      { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', Name: 'd', version: '1' } },
    ],
    ['vendor/thing', { _Meta: {} }],
    ['vendor/thing', { _meta: { ProgressToken: 1 } }],
  ] as [string, Record<string, unknown>][])('%s %j gets 400', (method, params) => {
    expect(answerOf(post(request(method, params)))).toMatchObject({ status: 400, reason: 'case_folded_member' });
  });

  it.each([
    [
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: [], ResourceSubscriptions: ['file:///etc/x'] } },
    ],
    ['subscriptions/listen', { notifications: { resource_subscriptions: ['file:///etc/x'] } }],
    ['tools/call', { name: 'a', _meta: modernMeta({ 'io.modelcontextprotocol/ProtocolVersion': 'x' }) }],
    ['tools/call', { name: 'a', _meta: modernMeta({ 'io.modelcontextprotocol/clientCapabilities': { Roots: {} } }) }],
    ['tools/call', { name: 'a', inputResponses: { q: { action: 'accept', Action: 'decline' } } }],
    [
      'tools/call',
      {
        name: 'a',
        inputResponses: { q: { role: 'user', model: 'm', content: [{ ...text, Role: 1, Type: 'image' }] } },
      },
    ],
    ['tools/call', { name: 'a', Request_State: 'x' }],
  ] as [string, Record<string, unknown>][])(`${MODERN}: %s %j gets 400`, (method, params) => {
    expect(answerOf(modernPost(method, params))).toMatchObject({ status: 400, reason: 'case_folded_member' });
  });
});

describe('free keys', () => {
  it.each([
    ['tools/call', { name: 'a', arguments: { Name: 1, name: 2, URI: 3, _Meta: 4 } }],
    ['prompts/get', { name: 'a', arguments: { Name: 'x', name: 'y' } }],
    [
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'a' }, argument, context: { arguments: { Name: 'x' } } },
    ],
    [
      'initialize',
      {
        protocolVersion: '2025-06-18',
        capabilities: { experimental: { Roots: {}, sampling: {} } },
        clientInfo: { name: 'c', version: '1' },
      },
    ],
    [
      'initialize',
      {
        protocolVersion: '2025-06-18',
        capabilities: { sampling: { Tools: {} }, foo: {} },
        clientInfo: { name: 'c', version: '1', vendor: 'v' },
      },
    ],
    ['tools/call', { name: 'a', _meta: { 'example.com/Progress': 1, progress: 2, session_id: 'x' } }],
    ['vendor/thing', { Name: 'x', meta: {}, URI: 'y', cursor_: 1 }],
    ['tools/list', { cursor: 'x', limit: 5 }],
  ] as [string, Record<string, unknown>][])('%s %j passes', (method, params) => {
    expect(passOf(post(request(method, params)))).toBeDefined();
  });

  it.each([
    [
      'tools/call',
      { name: 'a', inputResponses: { Action: { action: 'accept', content: { Action: 'x', Text: 'y', role: 'z' } } } },
    ],
    [
      'tools/call',
      {
        name: 'a',
        inputResponses: {
          q: {
            role: 'assistant',
            model: 'm',
            content: { type: 'tool_use', id: '1', name: 'n', input: { Name: 1, Type: 2 } },
          },
        },
      },
    ],
  ] as [string, Record<string, unknown>][])(`${MODERN}: %s %j passes`, (method, params) => {
    expect(passOf(modernPost(method, params))).toBeDefined();
  });
});
