import type { Consumer } from '../../../../../kong/pdk';
import type { Caller } from '../../../../../plugins/mcp-auth/identify';
import { callerEffects } from '../../../../../plugins/mcp-auth/identity/caller-effects';

const callerOf = (principal: string, kind: Caller['kind'] = 'token'): Caller => ({
  kind,
  principal: { id: principal, uuid: `uuid of ${principal}` },
  identity: { kind, principal, scopes: ['a'], groups: [], claims: {}, challenge: 'c', required: [] },
  consumerName: undefined,
  consumer: undefined,
  aclGroups: ['staff'],
  headers: { 'X-MCP-Principal': principal },
  inbound: undefined,
  isCut: false,
});
const consumerOf = (id: string): Consumer => ({ id, username: `name of ${id}`, customId: '', tags: [] });

it('makes the effects of a token once, and again for another consumer', () => {
  const caller = callerOf('p');
  const [first, second] = [consumerOf('1'), consumerOf('2')];
  const effects = callerEffects(caller, first);
  expect(effects).toEqual({
    authenticate: { consumer: first, credential: { id: 'uuid of p', consumerId: '1' } },
    share: {
      mcp_auth: { kind: 'token', principal: 'p', challenge: 'c', scopes: ['a'] },
      authenticated_groups: ['staff'],
    },
    upstreamHeaders: {
      'X-MCP-Principal': 'p',
      'X-Consumer-Id': '1',
      'X-Consumer-Username': 'name of 1',
      'X-Credential-Identifier': 'uuid of p',
    },
  });
  expect(callerEffects({ ...caller }, first)).toBe(effects);
  expect(callerEffects(caller, second)).toMatchObject({ upstreamHeaders: { 'X-Consumer-Id': '2' } });
  expect(callerEffects(caller, undefined)).toEqual({
    authenticate: { credential: { id: 'uuid of p', consumerId: 'uuid of p' } },
    share: effects.share,
    upstreamHeaders: { 'X-MCP-Principal': 'p', 'X-Credential-Identifier': 'uuid of p' },
  });
});

it('does not mix up two tokens, nor other callers', () => {
  const [one, two] = [callerOf('1'), callerOf('2')];
  for (let round = 0; round < 2; round++) {
    expect(callerEffects(one, undefined).upstreamHeaders['X-MCP-Principal']).toBe('1');
    expect(callerEffects(two, undefined).upstreamHeaders['X-MCP-Principal']).toBe('2');
  }
  expect(callerEffects(callerOf('k', 'kong'), consumerOf('1'))).toMatchObject({
    authenticate: undefined,
    upstreamHeaders: { 'X-MCP-Principal': 'k' },
  });
  expect(callerEffects(callerOf('a', 'anonymous'), consumerOf('1'))).toMatchObject({
    authenticate: { consumer: { id: '1' } },
    upstreamHeaders: { 'X-Anonymous-Consumer': 'true' },
  });
});
