import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';
import { signingKey } from './access-tokens';
import { ACCOUNT, MACHINE, type TokenFormats } from './oidc-server';

/**
 * A program with the authorization server of npm oidc-provider, which needs a process of its own: it does not accept objects
 * of a test's sandbox. Clients register themselves, and every login succeeds.
 *
 * Its argument is a JSON object: the resources that it issues tokens for, with the form of these tokens.
 */
const formats = JSON.parse(process.argv[3] ?? '{}') as TokenFormats;

/** The scopes of all resources. */
const RESOURCE_SCOPES = ['mcp', 'calls'];

function createProvider(issuer: string): Provider {
  const key = signingKey('rsa-1', 'RS256');
  const jwk = { ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, alg: key.alg, use: 'sig' };
  return new Provider(issuer, {
    jwks: { keys: [jwk] },
    cookies: { keys: ['a key of cookies'] },
    clients: [{ ...MACHINE, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] }],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    scopes: ['openid', 'offline_access', ...RESOURCE_SCOPES],
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      introspection: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: RESOURCE_SCOPES.join(' '),
          audience: resource,
          accessTokenFormat: formats[resource] ?? 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
}

/** Logs the account in and grants what the client asks for. */
async function logIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: ACCOUNT, clientId: String(params['client_id']) });
  const scope = String(params['scope']);
  grant.addOIDCScope(scope);
  grant.addResourceScope(String(params['resource']), scope);
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId: ACCOUNT }, consent: { grantId } });
}

/** Registers a client without the scopes that it names: they are those of its first challenge, and would bound all later ones. */
async function register(request: IncomingMessage, handle: () => void): Promise<void> {
  const body = (await json(request)) as Record<string, unknown>;
  Reflect.deleteProperty(body, 'scope');
  Object.assign(request, { body });
  handle();
}

async function main(): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = createProvider(issuer);
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) void logIn(provider, request, response);
    else if (request.url === '/reg') void register(request, () => void handle(request, response));
    else void handle(request, response);
  });
  process.send!({ issuer });
}

void main();
