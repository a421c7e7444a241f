import { Consumers } from '../../../../../plugins/mcp-auth/identity/consumers';
import {
  headersToClear,
  headerValue,
  identityHeaders,
} from '../../../../../plugins/mcp-auth/identity/identity-headers';
import { principalOf } from '../../../../../plugins/mcp-auth/identity/principal';

it('makes a principal that is a UUID for Kong, and differs for each part', () => {
  const { id, uuid } = principalOf('token', 'iss', 'sub', 'client');
  expect(id).toMatch(/^[\w-]{22}$/);
  expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const others = [
    principalOf('token', 'iss', 'sub', 'other'),
    principalOf('token', 'iss', 'sub', undefined),
    principalOf('token', 'iss', undefined, 'sub'),
    principalOf('kong', 'iss', 'sub', 'client'),
    principalOf('token', 'iss', 'sub', ''),
  ];
  expect(new Set([id, ...others.map((one) => one.id)]).size).toBe(6);
  expect(principalOf('token', 'iss', 'sub', 'client')).toEqual({ id, uuid });
});

const watched = identityHeaders(['X-Tenant']);

it('clears every spelling of an identity header, by the name that the request has', () => {
  const names = ['accept', 'x-consumer-id', 'x_consumer_username', 'x-consumer_groups', 'x_tenant', 'x-mcp-principal'];
  expect(headersToClear(names, watched, false)).toEqual(names.slice(1));
});

it('keeps what an authentication plugin of Kong set, and no other spelling of it', () => {
  const names = ['x-consumer-id', 'x-credential-identifier', 'x_consumer_id', 'x-consumer-groups'];
  expect(headersToClear(names, watched, true)).toEqual(['x_consumer_id', 'x-consumer-groups']);
});

it.each<[unknown, string | undefined]>([
  ['acme', 'acme'],
  [['a', 'b'], 'a,b'],
  [7, '7'],
  ['Zoë', 'Zo%C3%AB'],
  ['a\r\nX-Evil: 1', undefined],
  ['a\u0085b', undefined],
  ['', undefined],
  [[], undefined],
  [{}, undefined],
  [null, undefined],
  ['x'.repeat(2049), undefined],
  ['\ud800', '%EF%BF%BD'],
])('makes a header of the claim %j', (claim, expected) => {
  expect(headerValue(claim)).toBe(expected);
});

describe('consumers', () => {
  const ann = { id: '1', username: 'ann', customId: '', tags: [] };
  let nowMs = 1_000_000;
  const consumers = () => new Consumers(10, () => nowMs);

  it('remembers a consumer for a while, also one that does not exist', () => {
    const known = consumers();
    expect(known.get('ann')).toBeUndefined();
    known.note('ann', ann);
    known.note('bob', undefined);
    nowMs += 9_999;
    expect([known.get('ann'), known.get('bob')]).toMatchObject([{ consumer: ann }, { consumer: undefined }]);
    nowMs += 2;
    expect([known.get('ann'), known.get('bob')]).toEqual([undefined, undefined]);
  });

  it('does not take the consumer whose id a subject names', () => {
    expect(consumers().note('11111111-2222-4333-8444-555555555555', ann)).toBeUndefined();
  });

  it('remembers nothing for 0 seconds', () => {
    const known = new Consumers(0, () => nowMs);
    known.note('ann', ann);
    expect(known.get('ann')).toBeUndefined();
  });
});
