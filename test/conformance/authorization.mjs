import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, request } from 'node:http';
import { once } from 'node:events';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://gateway.example';
const LIFETIME_S = 3600;

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An access token, and the configuration of mcp-auth that accepts it and no other one. */
export function createAuthorization() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256' }] });
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'suite', scope: 'mcp', iat: now, exp: now + LIFETIME_S };
  const input = `${base64url({ alg: 'ES256', kid: '1', typ: 'at+jwt' })}.${base64url(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    token: `${input}.${signature.toString('base64url')}`,
    config: { resource: AUDIENCE, issuers: [{ issuer: ISSUER, discovery: false, jwks }], scopes_required: ['mcp'] },
  };
}

/**
 * Starts a proxy that adds the token to each request, since the suite's scenarios for servers send none. It changes nothing
 * else, and streams both ways.
 *
 * @throws when the gateway lets a request without a token pass
 */
export async function startTokenProxy(gatewayUrl, token, path) {
  const { status, headers } = await fetch(`${gatewayUrl}${path}`, { method: 'POST' });
  if (status !== 401 || !headers.get('www-authenticate')?.includes('resource_metadata=')) {
    throw new Error(`a request without a token was answered with ${status}, and should get 401 and a challenge`);
  }
  const server = createServer((incoming, outgoing) => {
    const { method, url, rawHeaders } = incoming;
    const forwarded = request(new URL(url, gatewayUrl), { method, setHost: false });
    for (let at = 0; at < rawHeaders.length; at += 2) forwarded.appendHeader(rawHeaders[at], rawHeaders[at + 1]);
    forwarded.setHeader('Authorization', `Bearer ${token}`);
    forwarded.on('response', (response) => {
      outgoing.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(outgoing);
      // A client that leaves ends its request at the gateway too.
      response.on('error', () => outgoing.destroy());
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
