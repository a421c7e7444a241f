/**
 * What mcp-auth adds to a request: CPU time to decide about a token that was proven before, and about a new one, compared with
 * the signature check of npm jose alone.
 *
 * Prints a table. A plain program: no thresholds, since machines differ. The goal for a known token is 50 µs.
 */
import { jwtVerify } from 'jose';
import { Headers, Metrics, type Outcome } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { access } from '../../plugins/mcp-auth/handler';
import { fields } from '../../plugins/mcp-auth/schema';
import { prepare, type State } from '../../plugins/mcp-auth/state';
import { ISSUER, jwksOf, signingKey, tokenOf, type SigningKey } from '../support/access-tokens';

const RESOURCE = 'https://ai.example.com/mcp';
const KNOWN_CALLS = 50_000;
const NEW_TOKENS = 2000;

const ignore = (): void => undefined;
const LOG = { debug: ignore, info: ignore, warn: ignore, error: ignore };

async function stateOf(key: SigningKey): Promise<State> {
  const config = readConfig(fields, {
    resource: RESOURCE,
    scopes_required: ['mcp'],
    issuers: [{ issuer: ISSUER, discovery: false, jwks: JSON.stringify(jwksOf(key)) }],
  });
  return prepare(config, { metrics: new Metrics(), log: LOG, now: () => Date.now(), env: {}, scope: {} });
}

const factsOf = (token: string) => ({
  method: 'POST',
  path: '/mcp',
  query: '',
  headers: Headers.from({
    host: 'ai.example.com',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'user-agent': 'bench',
    'mcp-protocol-version': '2025-11-25',
    'mcp-session-id': 'a-session',
    authorization: `Bearer ${token}`,
  }),
  consumer: undefined,
  credentialId: undefined,
  service: 'bench',
  requestId: '',
});

/** Microseconds of CPU time for each call. */
async function cpuOf(count: number, call: (index: number) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) {
    const result = call(index);
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

let serial = 0;

/** Tokens that differ from all others. */
const tokensOf = (key: SigningKey, count: number): string[] =>
  Array.from({ length: count }, () => tokenOf(key, Date.now(), { aud: RESOURCE, jti: String(serial++) }));

function mustPass(outcome: unknown): unknown {
  if ((outcome as Outcome).kind !== 'proceed') throw new Error('the token was rejected');
  return outcome;
}

async function main(): Promise<void> {
  console.log('| Algorithm | Known token (µs) | New token (µs) | jose alone (µs) |');
  console.log('| --- | ---: | ---: | ---: |');
  for (const alg of ['RS256', 'ES256'] as const) {
    const key = signingKey('bench', alg);
    const state = await stateOf(key);
    const [first, fresh] = [tokensOf(key, NEW_TOKENS).map(factsOf), tokensOf(key, NEW_TOKENS).map(factsOf)];
    const [warming, tokens] = [tokensOf(key, NEW_TOKENS), tokensOf(key, NEW_TOKENS)];
    const verify = (token: string) => jwtVerify(token, key.publicKey, { audience: RESOURCE });
    const decide = (facts: ReturnType<typeof factsOf>): unknown => {
      const outcome = access(state, facts);
      return outcome instanceof Promise ? outcome.then(mustPass) : mustPass(outcome);
    };
    // A first round of each, before code is compiled, does not count.
    await cpuOf(NEW_TOKENS, (index) => decide(first[index]!));
    await cpuOf(NEW_TOKENS, (index) => verify(warming[index]!));
    const added = await cpuOf(NEW_TOKENS, (index) => decide(fresh[index]!));
    await cpuOf(KNOWN_CALLS, (index) => decide(fresh[index % 100]!));
    const known = await cpuOf(KNOWN_CALLS, (index) => decide(fresh[index % 100]!));
    const alone = await cpuOf(NEW_TOKENS, (index) => verify(tokens[index]!));
    console.log(`| ${alg} | ${known.toFixed(1)} | ${added.toFixed(1)} | ${alone.toFixed(1)} |`);
  }
}

void main();
