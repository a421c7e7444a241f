import { memberOf, type JsonObject } from '../../shared/json/json-object';
import { Circuit } from '../../shared/runtime/circuit';
import { Slots } from '../cache/slots';
import type { ClientCredentials, Fetched, Fetcher } from '../issuers/fetcher';
import type { Endpoint } from '../issuers/issuer';

/** What a token endpoint answered. */
export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string; readonly expiresInS: number | undefined }
  | { readonly kind: 'fault'; readonly reason: TokenEndpointReason };

/** Why there is no token: the caller's token was rejected, this configuration was, or the server is not available. */
export type TokenEndpointReason = 'grant' | 'upstream_credential' | 'exchange' | 'busy';

const CONCURRENT = 64;
const MAX_WAITING = 256;

/** Token types that a backend can use as a bearer token (RFC 8693, section 3). */
const TOKEN_TYPES = ['access_token', 'jwt'].map((name) => `urn:ietf:params:oauth:token-type:${name}`);

const fault = (reason: TokenEndpointReason): TokenAnswer => ({ kind: 'fault', reason });

/** Gets tokens for the backend from a token endpoint. */
export class TokenEndpoint {
  private readonly slots = new Slots(CONCURRENT, MAX_WAITING);
  private readonly circuit = new Circuit();

  /** @param endpoint where it is; undefined while that is unknown */
  constructor(
    private readonly fetcher: Fetcher,
    private readonly endpoint: () => Promise<Endpoint | undefined>,
    private readonly client: ClientCredentials,
    private readonly nowMs: () => number,
  ) {}

  /** Asks for a token. Never rejects. */
  async request(form: Readonly<Record<string, string | readonly string[]>>): Promise<TokenAnswer> {
    if (!this.circuit.isClosed && !this.circuit.takeProbe(this.nowMs())) return fault('exchange');
    const answer = await this.slots.run(async () => {
      const endpoint = await this.endpoint();
      if (!endpoint) return fault('exchange');
      return readAnswer(await this.fetcher.post({ target: 'token', ...endpoint, form, client: this.client }));
    });
    if (!answer) return fault('busy');
    if (answer.kind === 'fault' && answer.reason === 'exchange') this.circuit.fail(this.nowMs());
    else this.circuit.succeed();
    return answer;
  }
}

/** Nothing of an error's description goes on: the code decides whose fault it is (RFC 6749, section 5.2). */
function readAnswer({ status, json }: Fetched): TokenAnswer {
  if (status === undefined || status >= 500) return fault('exchange');
  if (status >= 400)
    return fault(json && memberOf(json, 'error') === 'invalid_grant' ? 'grant' : 'upstream_credential');
  return status === 200 && json ? readToken(json) : fault('exchange');
}

function readToken(json: JsonObject): TokenAnswer {
  const [token, type, issued, expiresIn] = ['access_token', 'token_type', 'issued_token_type', 'expires_in'].map(
    (name) => memberOf(json, name),
  );
  const isUsable =
    typeof token === 'string' &&
    /^[\w~+/.-]+=*$/.test(token) &&
    typeof type === 'string' &&
    type.toLowerCase() === 'bearer' &&
    (issued === undefined || (typeof issued === 'string' && TOKEN_TYPES.includes(issued)));
  if (!isUsable) return fault('upstream_credential');
  const seconds = Number(expiresIn ?? NaN);
  return { kind: 'token', token, expiresInS: Number.isFinite(seconds) ? seconds : undefined };
}
