import { hasTokenInQuery, readAuthorization } from '../../../../../plugins/mcp-auth/token/read-authorization';

const token = (value: string) => ({ kind: 'token', token: value });
const NONE = { kind: 'none' };
const MALFORMED = { kind: 'malformed' };

it.each<[readonly string[], object]>([
  [[], NONE],
  [['Basic dXNlcjpwYXNz'], NONE],
  [['Bearerx abc'], NONE],
  [['DPoP abc'], NONE],
  [[''], NONE],
  [['Bearer abc'], token('abc')],
  [['bearer  abc'], token('abc')],
  [['BEARER a.b-c_~+/=='], token('a.b-c_~+/==')],
  [['Bearer'], MALFORMED],
  [['Bearer '], MALFORMED],
  [['Bearer a b'], MALFORMED],
  [['Bearer a, Bearer b'], MALFORMED],
  [['Bearer a\tb'], MALFORMED],
  [['Bearer \xe9'], MALFORMED],
  [['Bearer a', 'Bearer b'], MALFORMED],
])('reads the values %j of Authorization', (values, expected) => {
  expect(readAuthorization(values)).toEqual(expected);
});

it.each<[string, boolean]>([
  ['', false],
  ['token=x', false],
  ['my_access_token=x', false],
  ['x=access_token', false],
  ['access_token=x', true],
  ['a=1&access_token', true],
  ['access%5Ftoken=x', true],
  ['%61ccess_token=x&b', true],
  ['access%zztoken=x', false],
])('finds a token in the query %j: %s', (query, expected) => {
  expect(hasTokenInQuery(query)).toBe(expected);
});
