import { Headers, proceed } from '../../../../../kong/pdk';
import { holdRequest } from '../../../../../plugins/mcp-validator/lists/held-request';
import { wantsHold as wants, type Hold, type HoldRules } from '../../../../../plugins/mcp-validator/lists/hold';
import type { MessageEntry, MessageSummary } from '../../../../../plugins/shared/mcp/message-summary';

const NOTHING: HoldRules = { hides: new Set(), readsTools: false };
const HIDES_ALL: HoldRules = { ...NOTHING, hides: new Set(['tools', 'prompts', 'resources']) };
const LISTS = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'];

const wantsHold = (
  given: MessageSummary | undefined,
  rules: HoldRules,
  checksOutputOf: (tool: string) => boolean = () => false,
): Hold | undefined => wants(given, rules, checksOutputOf);

const summary = (...messages: MessageEntry[]): MessageSummary => ({ batch: messages.length > 1, messages });
const ask = (method: string, id: string | number = 1): MessageEntry => ({ kind: 'request', id, method });
const call = (name: string, more: Partial<MessageEntry> = {}): MessageEntry => ({
  ...ask('tools/call'),
  name,
  ...more,
});

describe('which responses are held', () => {
  it.each(LISTS)('%s, if its kind has rules', (method) => {
    expect(wantsHold(summary(ask(method)), HIDES_ALL)?.reason).toBe('list');
    expect(wantsHold(summary(ask(method)), NOTHING)).toBeUndefined();
  });

  it('lists of tools that are learned, but no other list', () => {
    const rules = { ...NOTHING, readsTools: true };
    expect(LISTS.map((method) => wantsHold(summary(ask(method)), rules)?.reason)).toEqual([
      'list',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('calls of tools whose output must match a schema, unless they run as tasks', () => {
    const checks = (tool: string): boolean => tool === 'a';
    expect(wantsHold(summary(call('a')), NOTHING, checks)?.reason).toBe('output');
    expect(wantsHold(summary(call('b')), NOTHING, checks)).toBeUndefined();
    expect(wantsHold(summary(call('a', { task: true })), NOTHING, checks)).toBeUndefined();
    expect(
      wantsHold(summary({ kind: 'notification', method: 'tools/call', name: 'a' }), NOTHING, checks),
    ).toBeUndefined();
  });

  it.each(['initialize', 'server/discover', 'tools/call', 'subscriptions/listen', 'ping', 'Tools/List', 'prompts/get'])(
    'not %s',
    (method) => {
      expect(wantsHold(summary(ask(method)), { ...HIDES_ALL, readsTools: true })).toBeUndefined();
    },
  );

  it('neither notifications nor requests without messages', () => {
    expect(wantsHold(summary({ kind: 'notification', method: 'tools/list' }), HIDES_ALL)).toBeUndefined();
    expect(wantsHold(summary(), HIDES_ALL)).toBeUndefined();
    expect(wantsHold(undefined, HIDES_ALL)).toBeUndefined();
  });
});

it('asks the server for the whole list, without a content coding', () => {
  const hold = wantsHold(summary(ask('tools/list')), HIDES_ALL)!;
  const held = { requests: [], batch: false, isModern: false, service: 'calc', endpoints: [] };
  const sent = {
    range: 'bytes=0-9',
    'If-None-Match': '"1"',
    if_match: '"2"',
    accept: '*/*',
    'accept-encoding': 'gzip',
  };
  const outcomeOf = (headersTruncated: boolean) =>
    holdRequest(proceed({ clearUpstreamHeaders: ['mcp-session-id'] }), hold, held, {
      headers: Headers.from(sent),
      headersTruncated,
    });
  expect(outcomeOf(false)).toMatchObject({ hold, upstreamHeaders: { 'Accept-Encoding': 'identity' } });
  expect(outcomeOf(false).clearUpstreamHeaders).toEqual(['mcp-session-id', 'range', 'if-none-match', 'if_match']);
  // A header that Kong does not return may be there.
  expect(outcomeOf(true).clearUpstreamHeaders).toEqual(
    expect.arrayContaining(['if-range', 'if-modified-since', 'if_match']),
  );
});

describe('the response if nobody can judge', () => {
  const body = (held: ReturnType<typeof wantsHold>): unknown => JSON.parse(held!.failure.body);

  it('is a JSON-RPC error with the id of the request, and status 200', () => {
    const held = wantsHold(summary(ask('tools/list', 'x"y')), HIDES_ALL);
    expect(held?.failure.status).toBe(200);
    expect(body(held)).toEqual({
      jsonrpc: '2.0',
      id: 'x"y',
      error: { code: -32603, message: 'The list could not be checked' },
    });
  });

  it('of a batch has an error for each request', () => {
    const held = wantsHold(
      summary(ask('tools/list', 1), ask('ping', 2), { kind: 'notification', method: 'x' }),
      HIDES_ALL,
    );
    expect(body(held)).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'The list could not be checked' } },
      { jsonrpc: '2.0', id: 2, error: { code: -32603, message: 'The response could not be checked' } },
    ]);
  });
});
