import fc from 'fast-check';
import { readForm } from '../../../../../plugins/mcp-auth/token/read-form';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (header: unknown, claims: unknown = {}, signature = 'c2ln'): string =>
  `${part(header)}.${part(claims)}.${signature}`;

it('reads a JWT', () => {
  const token = jwt({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }, { iss: 'i' });
  expect(readForm(token)).toEqual({ kind: 'jwt', alg: 'ES256', kid: 'k', typ: 'at+jwt', claims: { iss: 'i' } });
});

it.each<[string, string, object]>([
  ['an opaque token', 'abcdef', { kind: 'opaque' }],
  ['two parts', 'a.b', { kind: 'opaque' }],
  ['three parts that are no JSON', 'a.b.c', { kind: 'opaque' }],
  ['an encrypted token of five parts', `${part({ alg: 'dir', enc: 'A256GCM' })}.a.b.c.d`, { kind: 'opaque' }],
  ['a critical extension', jwt({ alg: 'ES256', crit: ['exp'], exp: 1 }), { kind: 'fault', reason: 'malformed' }],
  ['an unencoded payload', jwt({ alg: 'ES256', b64: false }), { kind: 'fault', reason: 'malformed' }],
  ['no algorithm', jwt({ kid: 'k' }), { kind: 'fault', reason: 'algorithm' }],
  ['an algorithm that is no text', jwt({ alg: 256 }), { kind: 'fault', reason: 'algorithm' }],
  ['a kid that is no text', jwt({ alg: 'ES256', kid: 1 }), { kind: 'fault', reason: 'malformed' }],
  ['claims that are a list', jwt({ alg: 'ES256' }, []), { kind: 'fault', reason: 'malformed' }],
  ['claims that are no JSON', `${part({ alg: 'ES256' })}.x.y`, { kind: 'fault', reason: 'malformed' }],
  ['a header over 2 KiB', jwt({ alg: 'ES256', x: 'x'.repeat(2048) }), { kind: 'fault', reason: 'malformed' }],
  [
    'a header that is no UTF-8',
    `${Buffer.from('{"alg":"\xff"}', 'latin1').toString('base64url')}.${part({})}.x`,
    { kind: 'fault', reason: 'malformed' },
  ],
])('reads %s', (_, token, expected) => {
  expect(readForm(token)).toEqual(expected);
});

it('reads no key that a header names or contains', () => {
  const form = readForm(jwt({ alg: 'ES256', jku: 'http://x', x5u: 'http://x', jwk: {}, x5c: [] }));
  expect(form).toEqual({ kind: 'jwt', alg: 'ES256', kid: undefined, typ: undefined, claims: {} });
});

it('reads the last of equal members, as all readers of the suite', () => {
  const claims = Buffer.from('{"iss":"a","iss":"b"}').toString('base64url');
  expect(readForm(`${part({ alg: 'ES256' })}.${claims}.x`)).toMatchObject({ claims: { iss: 'b' } });
});

it('never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof readForm(text).kind === 'string'));
  fc.assert(fc.property(fc.json(), fc.json(), (a, b) => typeof readForm(jwt(a, b)).kind === 'string'));
});
