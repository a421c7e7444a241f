import { acceptedAudiences, isForAudience } from '../../../../../plugins/mcp-auth/token/audience';
import { checkClaims, isAccessToken } from '../../../../../plugins/mcp-auth/token/check-claims';
import { compilePointer, textsOf, valueAt } from '../../../../../plugins/mcp-auth/token/pointer';
import { closeScopes, compileHierarchy, readScopes } from '../../../../../plugins/mcp-auth/token/scopes';
import type { JsonObject } from '../../../../../plugins/shared/json/json-object';

const NOW_S = 1_000_000;
const good = { iss: 'https://as.example', aud: 'https://mcp.example/mcp', exp: NOW_S + 60 };
const rules = { issuer: good.iss, audiences: acceptedAudiences(good.aud, ['api://app']), leewayS: 30 };

it.each<[string, object, string | undefined]>([
  ['good claims', {}, undefined],
  ['no exp', { exp: undefined }, 'malformed'],
  ['exp as a text', { exp: String(NOW_S + 60) }, 'malformed'],
  ['exp of 1e400', { exp: Infinity }, 'malformed'],
  ['a negative exp', { exp: -5 }, 'expired'],
  ['exp 29 s ago, within the leeway', { exp: NOW_S - 29 }, undefined],
  ['exp 30 s ago', { exp: NOW_S - 30 }, 'expired'],
  ['nbf 30 s ahead', { nbf: NOW_S + 30 }, undefined],
  ['nbf 31 s ahead', { nbf: NOW_S + 31 }, 'not_yet'],
  ['iat in the future', { iat: NOW_S + 31 }, 'not_yet'],
  ['iat as a text', { iat: 'now' }, 'malformed'],
  ['no iss', { iss: undefined }, 'issuer'],
  ['iss with a slash at its end', { iss: `${good.iss}/` }, 'issuer'],
  ['another tenant of the issuer', { iss: 'https://as.example/tenant' }, 'issuer'],
  ['no aud', { aud: undefined }, 'audience'],
  ['another resource on the same host', { aud: 'https://mcp.example/other' }, 'audience'],
  ['a longer path', { aud: 'https://mcp.example/mcp/x' }, 'audience'],
  ['aud with a slash at its end', { aud: `${good.aud}/` }, undefined],
  ['aud with two slashes at its end', { aud: `${good.aud}//` }, 'audience'],
  ['aud with the host in capitals', { aud: 'HTTPS://MCP.example/mcp' }, undefined],
  ['aud with the path in capitals', { aud: 'https://mcp.example/MCP' }, 'audience'],
  ['a configured audience', { aud: 'api://app' }, undefined],
  ['a list with the resource', { aud: ['x', good.aud] }, undefined],
  ['a list without it', { aud: ['x', 'y'] }, 'audience'],
  ['an empty list', { aud: [] }, 'audience'],
  ['a list of 33', { aud: [...Array<string>(32).fill('x'), good.aud] }, 'audience'],
  ['a list with a number', { aud: [1, good.aud] }, 'audience'],
  ['a token bound to a key', { cnf: { jkt: 'x' } }, 'bound'],
  ['a token bound to a certificate', { cnf: { 'x5t#S256': 'x' } }, 'bound'],
])('checks %s', (_, changes, expected) => {
  expect(checkClaims({ ...good, ...(changes as JsonObject) }, rules, NOW_S)).toBe(expected);
});

it.each<[string, object, string | undefined]>([
  ['without exp and iss', { exp: undefined, iss: undefined }, undefined],
  ['of another issuer', { iss: 'https://evil.example' }, 'issuer'],
  ['without aud', { aud: undefined }, 'audience'],
  ['expired', { exp: NOW_S - 30 }, 'expired'],
])('checks an introspected token %s', (_, changes, expected) => {
  expect(checkClaims({ ...good, ...(changes as JsonObject) }, rules, NOW_S, true)).toBe(expected);
});

it.each<[string | undefined, object, 'any' | 'at+jwt', boolean, boolean]>([
  [undefined, {}, 'any', false, true],
  ['JWT', {}, 'any', true, true],
  ['JWT', { nonce: 'n' }, 'any', false, false],
  ['JWT', { at_hash: 'h' }, 'any', false, false],
  ['JWT', { c_hash: 'h' }, 'any', true, true],
  ['at+jwt', { nonce: 'n' }, 'any', false, true],
  ['JWT', {}, 'at+jwt', true, false],
  [undefined, {}, 'at+jwt', true, false],
  ['AT+JWT', {}, 'at+jwt', true, true],
  ['application/at+jwt', {}, 'at+jwt', false, true],
])('typ %j with %j where %s is wanted (scopes: %j): %s', (typ, claims, wanted, hasScopes, expected) => {
  expect(isAccessToken(typ, claims as JsonObject, wanted, hasScopes)).toBe(expected);
});

const SCOPE_CLAIMS = [['scope'], ['scp']];

it.each<[object, readonly string[]]>([
  [{ scope: 'a b' }, ['a', 'b']],
  [{ scope: '' }, []],
  [{ scp: ['a', 'b', 1] }, ['a', 'b']],
  [{ scope: 'a', scp: ['b', 'a'] }, ['a', 'b']],
  [{ scope: 'a "b" c\\ d\te f' }, ['a', 'f']],
  [{ scope: '__proto__ constructor' }, ['__proto__', 'constructor']],
  [{ scope: { a: 1 } }, []],
  [{}, []],
])('reads the scopes of %j', (claims, expected) => {
  expect(readScopes(claims as JsonObject, SCOPE_CLAIMS)).toEqual(expected);
});

it('ignores scopes after the 128th', () => {
  const scope = Array.from({ length: 200 }, (_, at) => `s${at}`).join(' ');
  expect(readScopes({ scope }, SCOPE_CLAIMS)).toHaveLength(128);
});

it('closes a hierarchy of scopes, with circles', () => {
  const hierarchy = compileHierarchy({ admin: ['write'], write: ['read', 'admin'], other: ['x'] });
  expect(closeScopes(['admin'], hierarchy)).toEqual(['admin', 'write', 'read']);
  expect(closeScopes(['read', 'toString'], hierarchy)).toEqual(['read', 'toString']);
});

it.each<[string, readonly string[] | undefined]>([
  ['/sub', ['sub']],
  ['/realm_access/roles', ['realm_access', 'roles']],
  ['/https:~1~1acme.example~1groups', ['https://acme.example/groups']],
  ['/a~01', ['a~1']],
  ['/', ['']],
  ['', undefined],
  ['sub', undefined],
  ['/a~2', undefined],
])('compiles the pointer %j', (text, expected) => {
  expect(compilePointer(text)).toEqual(expected);
});

it('follows own members only', () => {
  const claims = JSON.parse('{"a":{"b":[1]},"__proto__":{"x":"own"}}') as Record<string, unknown>;
  expect(valueAt(claims, ['a', 'b'])).toEqual([1]);
  expect(valueAt(claims, ['__proto__', 'x'])).toBe('own');
  expect(valueAt(claims, ['constructor', 'name'])).toBeUndefined();
  expect(valueAt(claims, ['a', 'b', 'length'])).toBeUndefined();
});

it.each<[unknown, readonly string[]]>([
  ['a', ['a']],
  [1.5, ['1.5']],
  [false, ['false']],
  [
    ['a', 1, true, null, ['b'], {}],
    ['a', '1', 'true'],
  ],
  [{}, []],
  [null, []],
  [NaN, []],
])('converts the claim %j to texts', (value, expected) => {
  expect(textsOf(value)).toEqual(expected);
});

it('reads an audience that is no URL exactly', () => {
  const accepted = acceptedAudiences('https://h/mcp', ['Client']);
  expect(isForAudience('client', accepted)).toBe(false);
  expect(isForAudience('Client', accepted)).toBe(true);
});
