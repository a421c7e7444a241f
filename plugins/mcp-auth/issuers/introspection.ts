import type { Reach } from '../../shared/http/address-guard';
import { memberOf, type JsonObject } from '../../shared/json/json-object';
import { Circuit } from '../../shared/runtime/circuit';
import { Slots } from '../cache/slots';
import type { Fetcher, Fetched } from './fetcher';
import type { IntrospectionConfig } from './issuer-rules';

/** What the authorization server says about a token (RFC 7662, section 2.2). */
export type Introspected =
  | { readonly kind: 'active'; readonly claims: JsonObject }
  | { readonly kind: 'inactive' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'busy' };

/** Introspections of one issuer at the same time, and how many may wait. */
const CONCURRENT = 64;
const MAX_WAITING = 256;

/** The introspection endpoint of one issuer. */
export class IntrospectionEndpoint {
  private readonly slots = new Slots(CONCURRENT, MAX_WAITING);
  private readonly circuit = new Circuit();

  constructor(
    private readonly fetcher: Fetcher,
    private readonly client: IntrospectionConfig,
    private readonly nowMs: () => number,
  ) {}

  /** Asks about a token. Never rejects. */
  async introspect(token: string, url: string, reach: Reach): Promise<Introspected> {
    if (!this.circuit.isClosed && !this.circuit.takeProbe(this.nowMs())) return { kind: 'unavailable' };
    const form = { token, token_type_hint: 'access_token' };
    const asked = await this.slots.run(async () => {
      const response = await this.fetcher.post({ target: 'introspection', url, reach, form, client: this.client });
      return readIntrospection(response);
    });
    if (!asked) return { kind: 'busy' };
    if (asked.kind === 'unavailable') this.circuit.fail(this.nowMs());
    else this.circuit.succeed();
    return asked;
  }
}

/** Reads a response. Anything but 200 with a JSON object is a failure of the server, and says nothing about the token. */
function readIntrospection({ status, json }: Fetched): Introspected {
  if (status !== 200 || !json) return { kind: 'unavailable' };
  return memberOf(json, 'active') === true ? { kind: 'active', claims: json } : { kind: 'inactive' };
}
