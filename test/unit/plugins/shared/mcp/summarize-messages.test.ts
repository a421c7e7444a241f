import { targetOf } from '../../../../../plugins/shared/mcp/call-targets';
import {
  summaryFromShared,
  summaryToShared,
  type MessageSummary,
} from '../../../../../plugins/shared/mcp/message-summary';
import { summarizeMessages } from '../../../../../plugins/shared/mcp/summarize-messages';

it.each([
  ['tools/call', { name: 'add' }, 'add'],
  ['prompts/get', { name: 'p' }, 'p'],
  ['resources/read', { uri: 'file:///a' }, 'file:///a'],
  ['tasks/cancel', { taskId: 't' }, 't'],
  ['tools/call', { name: 5 }, undefined],
  ['tools/call', undefined, undefined],
  ['tools/list', { name: 'add' }, undefined],
  ['constructor', { name: 'add' }, undefined],
])('targetOf %s %j: %j', (method, params, target) => {
  expect(targetOf(method, params)).toBe(target);
});

it('summarizes every kind of message, and the summary survives the shared context', () => {
  const summary = summarizeMessages(
    [
      { kind: 'request', id: 1, method: 'tools/call', params: { name: 'add', arguments: { secret: 1 } } },
      { kind: 'request', id: 2, method: 'tools/call', params: { name: 'add', task: { ttl: 1 } } },
      { kind: 'request', id: 3, method: 'tools/call', params: { task: {} } },
      { kind: 'request', id: 4, method: 'prompts/get', params: { name: 'p', task: {} } },
      { kind: 'notification', method: 'notifications/initialized' },
      { kind: 'response', id: 'r' },
      { kind: 'response' },
    ],
    true,
    '2025-03-26',
  );
  expect(summary).toEqual({
    revision: '2025-03-26',
    batch: true,
    messages: [
      { kind: 'request', id: 1, method: 'tools/call', name: 'add' },
      { kind: 'request', id: 2, method: 'tools/call', name: 'add', task: true },
      { kind: 'request', id: 3, method: 'tools/call', task: true },
      { kind: 'request', id: 4, method: 'prompts/get', name: 'p' },
      { kind: 'notification', method: 'notifications/initialized' },
      { kind: 'response', id: 'r' },
      { kind: 'response' },
    ],
  });
  const shared = summaryToShared(summary);
  expect(summaryFromShared(structuredClone(shared))).toEqual(summary);
});

it('gives the next part the summary itself, and reads all other values', () => {
  const [one, two] = ['one', 'two'].map((name) =>
    summarizeMessages([{ kind: 'request', id: 1, method: 'tools/call', params: { name } }], false, undefined),
  ) as [MessageSummary, MessageSummary];
  const [sharedOne, sharedTwo] = [summaryToShared(one), summaryToShared(two)];
  expect(summaryFromShared(sharedTwo)).toBe(two);
  expect(summaryFromShared(sharedOne)).toEqual(one);
  expect(summaryFromShared({ ...sharedTwo, messages: 'no list' })).toBeUndefined();
  expect(summaryFromShared(undefined)).toBeUndefined();
});
