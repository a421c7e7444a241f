import { protocolMethods } from '../../../../../plugins/mcp-validator/params/protocol-methods';
import type { Revision } from '../../../../../plugins/shared/mcp/revisions';
import { answerOf, LEGACY, MODERN, modernPost, passOf, post, request, versionHeader } from '../request';

const ALL = [...LEGACY, MODERN];

it('a cursor has a bounded length', () => {
  expect(passOf(post(request('tools/list', { cursor: 'x'.repeat(16_384) })))).toBeDefined();
  expect(answerOf(post(request('tools/list', { cursor: 'x'.repeat(16_385) })))).toMatchObject({ code: -32602, id: 1 });
});

it.each([
  ['tools/call', { name: 'x' }],
  ['prompts/get', { name: 'x' }],
  ['resources/read', { uri: 'test://x' }],
])('the state that a stateless %s sends back has a bounded length', (method, params) => {
  const withState = (length: number) => modernPost(method, { ...params, requestState: 'x'.repeat(length) });
  expect(passOf(withState(262_144))).toBeDefined();
  expect(answerOf(withState(262_145))).toMatchObject({ status: 400, code: -32602, id: 1 });
});

it('cancel requires a request id, except in revisions with tasks', () => {
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: {} };
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', MODERN]) {
    expect(answerOf(post(cancel, versionHeader(version)))).toMatchObject({ status: 400, code: -32602, id: null });
  }
  expect(passOf(post(cancel, versionHeader('2025-11-25')))).toBeDefined();
});

describe('methods by revision', () => {
  const base = [
    'initialize',
    'ping',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'prompts/get',
    'tools/list',
    'tools/call',
    'logging/setLevel',
    'completion/complete',
  ];
  const tasks = ['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/list'];
  const modern = [
    'server/discover',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'subscriptions/listen',
    'prompts/list',
    'prompts/get',
    'tools/list',
    'tools/call',
    'completion/complete',
  ];
  const known: Record<string, string[]> = {
    '2024-11-05': base,
    '2025-03-26': base,
    '2025-06-18': base,
    '2025-11-25': [...base, ...tasks],
    [MODERN]: modern,
  };
  const every = [...new Set([...base, ...tasks, ...modern])];

  it.each(ALL)('%s', (version) => {
    const found = every.filter((method) => protocolMethods().has(version as Revision, 'request', method));
    expect(found.sort()).toEqual([...(known[version] ?? [])].sort());
  });

  it('notifications by revision', () => {
    const names = ['cancelled', 'initialized', 'progress', 'roots/list_changed', 'tasks/status'];
    const has = (version: string) =>
      names.filter((name) => protocolMethods().has(version as Revision, 'notification', `notifications/${name}`));
    expect(ALL.map(has)).toEqual([names.slice(0, 4), names.slice(0, 4), names.slice(0, 4), names, ['cancelled']]);
  });
});
