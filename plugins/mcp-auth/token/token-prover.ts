import { hash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import type { JsonObject } from '../../shared/json/json-object';
import { RecentMap } from '../cache/recent-map';
import { SingleFlight } from '../cache/single-flight';
import type { Issuer } from '../issuers/issuer';
import type { VerificationKey } from '../issuers/key-set';
import type { FoundKeys } from '../issuers/key-store';
import type { TokenReason, UnavailableReason } from '../reasons';
import type { Rules } from '../rules';
import { checkClaims, isAccessToken } from './check-claims';
import { readForm, type Jwt } from './read-form';
import { readScopes } from './scopes';
import { readIdentity, type TokenIdentity } from './token-identity';

/** A token that was proven, and until when that holds. */
export interface ProvenToken extends TokenIdentity {
  readonly kind: 'proven';
  /** SHA-256 of the token. */
  readonly digest: string;
  readonly untilMs: number;
  readonly issuer: Issuer;
  /** See `Issuer.generation`. */
  readonly generation: number;
}

/** Why a token is not accepted; what is known of it, for the log. */
export interface TokenFault {
  readonly kind: 'fault';
  readonly reason: TokenReason | UnavailableReason;
  /** An issuer of the configuration. */
  readonly issuer?: string;
  readonly kid?: string;
  readonly alg?: string;
}

/** The bounds of a configuration. */
export interface ProverOptions {
  readonly maxTokenBytes: number;
  readonly cacheSize: number;
  /** How long a verdict is reused at most. */
  readonly tokenTtlMs: number;
  readonly leewayS: number;
}

/** Signatures that are checked at the same time. */
const MAX_VERIFICATIONS = 256;

/** Tokens that wait for the keys of one issuer. */
const MAX_WAITING = 256;

/** Tokens that an introspection endpoint called inactive: how many are remembered, and for how long. */
const INACTIVE = { max: 1000, ttlMs: 10_000 };

/** What comes from a client is cut in log lines. */
const MAX_LOGGED_LENGTH = 64;

type Proof = ProvenToken | TokenFault;

/** Proves access tokens. A token is kept nowhere, only its digest. */
export class TokenProver {
  private readonly proven: RecentMap<ProvenToken>;
  private readonly inactive = new RecentMap<number>(INACTIVE.max);
  private readonly flights = new SingleFlight<Proof>();
  private verifications = 0;
  private readonly waiting = new Map<Issuer, number>();

  constructor(
    private readonly rules: Rules,
    private readonly issuers: readonly Issuer[],
    private readonly challenge: string,
    private readonly options: ProverOptions,
    private readonly nowMs: () => number,
  ) {
    this.proven = new RecentMap(options.cacheSize);
  }

  /** Number of tokens that are known. */
  get size(): number {
    return this.proven.size;
  }

  /** Proves a token. Never throws. Returns a promise only if the token is not known yet. */
  prove(token: string): Proof | Promise<Proof> {
    if (token.length > this.options.maxTokenBytes) return fault('malformed');
    const digest = hash('sha256', token, 'base64url');
    const known = this.proven.get(digest);
    if (known) {
      if (known.untilMs > this.nowMs() && known.generation === known.issuer.generation) return known;
      this.proven.delete(digest);
    }
    const form = readForm(token);
    if (form.kind === 'fault') return form;
    const issuer = this.issuerOf(form);
    if (!issuer) return fault(form.kind === 'jwt' ? 'issuer' : 'malformed');
    if (form.kind === 'opaque' || issuer.rules.validation === 'introspection') {
      return this.flights.run(digest, () => this.introspect(token, digest, issuer));
    }
    const problem = this.problemOf(form, issuer);
    if (problem) return this.jwtFault(problem, form, issuer);
    return this.flights.run(digest, () => this.verify(token, digest, form, issuer));
  }

  /** The issuer that a token names, or the one that takes opaque tokens. */
  private issuerOf(form: Jwt | { readonly kind: 'opaque' }): Issuer | undefined {
    if (form.kind === 'jwt') return this.issuers.find(({ rules }) => rules.issuer === form.claims['iss']);
    return this.issuers.find(({ rules }) => rules.validation !== 'jwt');
  }

  /** What can be judged without a key. Nothing of it is trusted: the signature covers the same bytes. */
  private problemOf({ alg, typ, claims }: Jwt, { rules }: Issuer): TokenReason | undefined {
    if (!rules.algorithms.has(alg)) return 'algorithm';
    const hasScopes = readScopes(claims, rules.scopes).length > 0;
    if (!isAccessToken(typ, claims, rules.typ, hasScopes)) return 'type';
    return checkClaims(claims, this.claimRules(rules.issuer), this.nowMs() / 1000);
  }

  private claimRules(issuer: string) {
    return { issuer, audiences: this.rules.audiences, leewayS: this.options.leewayS };
  }

  private async verify(token: string, digest: string, jwt: Jwt, issuer: Issuer): Promise<Proof> {
    const keys = await this.findKeys(jwt, issuer);
    if (keys === 'busy' || this.verifications >= MAX_VERIFICATIONS) return this.jwtFault('busy', jwt, issuer);
    if (keys === 'unavailable') return this.jwtFault('keys', jwt, issuer);
    if (keys.length === 0) return this.jwtFault('key', jwt, issuer);
    this.verifications += 1;
    try {
      // Read now: a key that is removed meanwhile must not stay in use.
      const { generation } = issuer;
      for (const key of keys) {
        if (await isSignedBy(token, key, jwt.alg)) return this.accept(jwt.claims, digest, issuer, generation, Infinity);
      }
      return this.jwtFault('signature', jwt, issuer);
    } finally {
      this.verifications -= 1;
    }
  }

  /** The keys for a token. Tokens that wait for the keys of one issuer take no room of others. */
  private async findKeys({ kid, alg }: Jwt, issuer: Issuer): Promise<FoundKeys | 'busy'> {
    const found = issuer.findKeys(kid, alg);
    if (!(found instanceof Promise)) return found;
    const waiting = this.waiting.get(issuer) ?? 0;
    if (waiting >= MAX_WAITING) return 'busy';
    this.waiting.set(issuer, waiting + 1);
    try {
      return await found;
    } finally {
      this.waiting.set(issuer, (this.waiting.get(issuer) ?? 1) - 1);
    }
  }

  private async introspect(token: string, digest: string, issuer: Issuer): Promise<Proof> {
    const name = issuer.rules.issuer;
    if ((this.inactive.get(digest) ?? 0) > this.nowMs()) return fault('inactive', name);
    const answer = await issuer.introspect(token);
    if (answer.kind === 'unavailable') return fault('introspection', name);
    if (answer.kind === 'busy') return fault('busy', name);
    if (answer.kind === 'inactive') {
      this.inactive.set(digest, this.nowMs() + INACTIVE.ttlMs);
      return fault('inactive', name);
    }
    const problem = checkClaims(answer.claims, this.claimRules(name), this.nowMs() / 1000, true);
    if (problem) return fault(problem, name);
    const ttlMs = (issuer.rules.introspection?.ttl ?? 0) * 1000;
    return this.accept(answer.claims, digest, issuer, issuer.generation, ttlMs);
  }

  /** Keeps the identity of a token whose signature or introspection was good. */
  private accept(claims: JsonObject, digest: string, issuer: Issuer, generation: number, ttlMs: number): Proof {
    const scopes = readScopes(claims, issuer.rules.scopes);
    const read = readIdentity(claims, scopes, issuer.rules, this.rules, this.challenge);
    if (!read) return fault('malformed', issuer.rules.issuer);
    const { tokenTtlMs, leewayS } = this.options;
    const endMs = ((read.identity.expiresAt ?? Infinity) + leewayS) * 1000;
    const untilMs = Math.min(endMs, this.nowMs() + Math.min(tokenTtlMs, ttlMs));
    const proven: ProvenToken = { ...read, kind: 'proven', digest, untilMs, issuer, generation };
    this.proven.set(digest, proven);
    return proven;
  }

  private jwtFault(reason: TokenReason | UnavailableReason, { alg, kid }: Jwt, { rules }: Issuer): TokenFault {
    return {
      ...fault(reason, rules.issuer),
      alg: alg.slice(0, MAX_LOGGED_LENGTH),
      ...(kid !== undefined && { kid: kid.slice(0, MAX_LOGGED_LENGTH) }),
    };
  }
}

const fault = (reason: TokenFault['reason'], issuer?: string): TokenFault => ({
  kind: 'fault',
  reason,
  ...(issuer !== undefined && { issuer }),
});

async function isSignedBy(token: string, { key }: VerificationKey, alg: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] });
    return true;
  } catch (error) {
    // Anything of jose is about this token; all else is a bug.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}
