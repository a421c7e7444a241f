import type { Log } from '../../../kong/pdk';
import type { Reach } from '../../shared/http/address-guard';
import {
  discover,
  missingUrl,
  reachOf,
  type Cause,
  type IssuerDocument,
  type UrlName,
  type UrlRules,
} from './discovery';
import type { Fetcher } from './fetcher';
import { IntrospectionEndpoint, type Introspected } from './introspection';
import type { IssuerRules } from './issuer-rules';
import { candidatesOf } from './key-set';
import { KeyStore, type FetchedKeys, type FoundKeys, type KeyProblem, type KeyTimes } from './key-store';

/** What an issuer needs of its surroundings. */
export interface IssuerParts {
  readonly fetcher: Fetcher;
  readonly times: KeyTimes;
  readonly urls: UrlRules;
  readonly log: Log;
  readonly nowMs: () => number;
  /** The document is needed although keys and endpoints are configured. */
  readonly needsDocument: boolean;
}

/** An address of an authorization server, and how far a request to it may reach. */
export interface Endpoint {
  readonly url: string;
  readonly reach: Reach;
}

/** After an attempt to fetch the document, the next one starts no earlier. */
const RETRY_AFTER_MS = 500;

/** One authorization server that issues tokens: its document, its keys and its introspection endpoint. */
export class Issuer {
  private readonly store: KeyStore | undefined;
  private readonly endpoint: IntrospectionEndpoint | undefined;
  private document: IssuerDocument | undefined;
  private documentFlight: Promise<void> | undefined;
  private triedAtMs = -Infinity;
  /** Why there is no document, or not what is needed of it. */
  private problem: Cause | undefined;
  private reported: Cause | undefined;

  constructor(
    readonly rules: IssuerRules,
    private readonly parts: IssuerParts,
  ) {
    const { issuer, keys, introspection, validation } = rules;
    const { fetcher, times, log, nowMs } = parts;
    if (introspection && validation !== 'jwt') this.endpoint = new IntrospectionEndpoint(fetcher, introspection, nowMs);
    if (keys || validation === 'introspection') return;
    const events = {
      lost: ({ target, cause }: KeyProblem) => {
        log.error({ issuer, target, cause }, 'keys of the issuer cannot be fetched: known keys stay in use');
      },
      back: () => {
        log.info({ issuer }, 'keys of the issuer can be fetched again');
      },
      rotated: () => {
        log.info({ issuer }, 'keys of the issuer changed');
      },
    };
    this.store = new KeyStore((again) => this.fetchKeys(again), times, events, nowMs);
  }

  /** Fetches what is needed, as far as it can be fetched now. Never rejects. */
  async open(): Promise<void> {
    const { introspection, validation } = this.rules;
    await this.store?.open();
    const needsDocument =
      this.parts.needsDocument || (validation !== 'jwt' && introspection && introspection.endpoint === undefined);
    if (!needsDocument) return;
    if (!this.document) await this.fetchDocument();
    this.report(this.document ? undefined : this.problem);
  }

  close(): void {
    this.store?.close();
  }

  /** See {@link KeyStore.generation}. */
  get generation(): number {
    return this.store?.generation ?? 0;
  }

  /** See {@link KeyStore.ageS}; undefined also for keys of the configuration. */
  get keysAgeS(): number | undefined {
    return this.store?.ageS;
  }

  get keyCount(): number {
    return this.store?.size ?? this.rules.keys?.length ?? 0;
  }

  /** The issuer's own document as text; undefined while it is unknown. */
  get documentText(): string | undefined {
    return this.document?.text;
  }

  findKeys(kid: string | undefined, alg: string): FoundKeys | Promise<FoundKeys> {
    const { keys } = this.rules;
    return keys ? candidatesOf(keys, kid, alg) : (this.store?.find(kid, alg) ?? 'unavailable');
  }

  async introspect(token: string): Promise<Introspected> {
    const endpoint = await this.endpointOf('introspection_endpoint', this.rules.introspection?.endpoint);
    if (!endpoint || !this.endpoint) return { kind: 'unavailable' };
    return this.endpoint.introspect(token, endpoint.url, endpoint.reach);
  }

  /** The configured endpoint, or that of the document; undefined while it is unknown. */
  async endpointOf(
    name: 'introspection_endpoint' | 'token_endpoint',
    configured: string | undefined,
  ): Promise<Endpoint | undefined> {
    if (configured !== undefined) return { url: configured, reach: 'configured' };
    if (!this.document) await this.fetchDocument();
    const url = this.document?.[name];
    this.report(url === undefined ? this.causeOf(name) : undefined);
    return url === undefined ? undefined : { url, reach: reachOf(url, this.rules.issuer, this.parts.urls) };
  }

  /** Why the document has no such URL. */
  private causeOf(name: UrlName): Cause {
    return this.document ? missingUrl(this.document, name) : (this.problem ?? 'not_fetched');
  }

  /** Logs why the document, or an endpoint in it, is not known: once for each cause. */
  private report(cause: Cause | undefined): void {
    const { reported } = this;
    this.reported = cause;
    if (cause === undefined || cause === reported) return;
    this.parts.log.error(
      { issuer: this.rules.issuer, target: 'discovery', cause },
      'the metadata of the issuer cannot be used',
    );
  }

  /** The text of the JWK set. An unknown key does not repeat discovery. */
  private async fetchKeys(again: boolean): Promise<FetchedKeys> {
    const { jwksUri, issuer } = this.rules;
    if (jwksUri === undefined && !(again && this.document)) {
      this.triedAtMs = -Infinity;
      await this.fetchDocument();
    }
    const url = jwksUri ?? this.document?.jwks_uri;
    if (url === undefined) {
      return { kind: 'failed', problem: { target: 'discovery', cause: this.causeOf('jwks_uri') } };
    }
    const reach = jwksUri === undefined ? reachOf(url, issuer, this.parts.urls) : 'configured';
    const { status, result, text } = await this.parts.fetcher.get('jwks', url, reach);
    if (status !== 200) return { kind: 'failed', problem: { target: 'jwks', cause: result } };
    return { kind: 'text', text };
  }

  /** Fetches the document; an old one stays when that fails. */
  private fetchDocument(): Promise<void> {
    const { nowMs, fetcher, urls } = this.parts;
    if (this.documentFlight) return this.documentFlight;
    if (!this.rules.discovery || nowMs() - this.triedAtMs < RETRY_AFTER_MS) return Promise.resolve();
    this.triedAtMs = nowMs();
    this.documentFlight = discover(this.rules.issuer, fetcher, urls)
      .then((found) => {
        if (found.kind === 'document') this.document = found.document;
        this.problem = found.kind === 'problem' ? found.cause : undefined;
      })
      .finally(() => {
        this.documentFlight = undefined;
      });
    return this.documentFlight;
  }
}
