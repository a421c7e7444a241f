import { Headers, proceed, reject } from '../../../../../../kong/pdk';
import { prepareListRequest } from '../../../../../../plugins/mcp-validator/learning/lists/prepare-list-request';

const summaryOf = (method: string) => ({ batch: false, messages: [{ kind: 'request', method }] }) as const;
const follow = (method: string, encoding = 'gzip', always = false, http = 'POST') =>
  prepareListRequest(
    proceed({ clearUpstreamHeaders: ['x'] }),
    { method: http, headers: Headers.from({ 'accept-encoding': encoding }) },
    summaryOf(method),
    () => 'ann',
    always,
  );

it.each([
  ['a request for a list', follow('tools/list')],
  ['a request for a stream', follow('', 'gzip', false, 'GET')],
  ['any request, where pins are', follow('tools/call', 'gzip', true)],
])('shares the caller of %s', (_, outcome) => {
  expect(outcome).toEqual({ kind: 'proceed', share: { mcp_caller: 'ann' }, clearUpstreamHeaders: ['x'] });
});

it('does not change other requests', () => {
  expect(follow('tools/call', 'zstd')).toEqual({ kind: 'proceed', clearUpstreamHeaders: ['x'] });
  const rejected = reject({ status: 400, headers: {}, body: '' });
  const headers = Headers.from({});
  expect(prepareListRequest(rejected, { method: 'POST', headers }, summaryOf('tools/list'), () => '', true)).toBe(
    rejected,
  );
});

it.each([
  ['gzip, deflate, br', false],
  ['gzip;q=1.0, identity; q=0.5', false],
  ['', false],
  ['gzip, zstd', true],
  ['*', true],
  ['compress', true],
  ['gzip\tzstd', true],
])('for a list, removes Accept-Encoding "%s": %s', (encoding, isRemoved) => {
  expect(follow('tools/list', encoding)).toMatchObject({
    clearUpstreamHeaders: isRemoved ? ['x', 'accept-encoding'] : ['x'],
  });
});
