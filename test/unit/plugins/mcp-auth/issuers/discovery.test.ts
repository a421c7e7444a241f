import { documentUrls, reachOf } from '../../../../../plugins/mcp-auth/issuers/discovery';

it.each<[string, readonly string[]]>([
  [
    'https://as.example/tenant/a',
    [
      'https://as.example/.well-known/oauth-authorization-server/tenant/a',
      'https://as.example/.well-known/openid-configuration/tenant/a',
      'https://as.example/tenant/a/.well-known/openid-configuration',
    ],
  ],
  [
    'https://as.example/',
    [
      'https://as.example/.well-known/oauth-authorization-server',
      'https://as.example/.well-known/openid-configuration',
    ],
  ],
])('looks for the document of %s in this order', (issuer, urls) => {
  expect(documentUrls(issuer)).toEqual(urls);
});

it.each<[string, string, string]>([
  ['https://as.example/jwks', 'https://as.example', 'configured'],
  ['https://keys.internal/jwks', 'https://as.example', 'configured'],
  ['https://cdn.example/jwks', 'https://as.example', 'public'],
  ['https://as.example.evil/jwks', 'https://as.example', 'public'],
  ['http://localhost:8080/jwks', 'https://as.example', 'public'],
  ['http://127.0.0.1/jwks', 'https://as.example', 'public'],
  ['http://127.0.0.1:9/jwks', 'http://localhost:8080', 'configured'],
])('%s in the document of %s reaches as far as a %s URL', (url, issuer, reach) => {
  expect(reachOf(url, issuer, { allowHttp: false, allowedHosts: ['keys.internal'] })).toBe(reach);
});
