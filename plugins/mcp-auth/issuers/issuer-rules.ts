import { urlProblem } from '../../shared/http/checked-url';
import { compilePointer, type Pointer } from '../token/pointer';
import type { ClientCredentials } from './fetcher';
import { readKeySet, type VerificationKey } from './key-set';

/** The fields of one issuer. */
export interface IssuerConfig {
  readonly issuer: string;
  readonly discovery: boolean;
  readonly jwks_uri?: string;
  readonly jwks?: string;
  readonly validation: 'jwt' | 'introspection' | 'by_form';
  readonly algorithms: readonly string[];
  readonly typ: 'any' | 'at+jwt';
  readonly clients: readonly string[];
  readonly required_claims: Readonly<Record<string, readonly string[]>>;
  readonly subject_claim: string;
  readonly client_claim: readonly string[];
  readonly scope_claims: readonly string[];
  readonly groups_claim: string;
  readonly introspection?: IntrospectionConfig;
}

/** The fields of an introspection endpoint. */
export interface IntrospectionConfig extends ClientCredentials {
  readonly endpoint?: string;
  readonly ttl: number;
}

/** One issuer, compiled. */
export interface IssuerRules {
  readonly issuer: string;
  readonly discovery: boolean;
  readonly jwksUri: string | undefined;
  /** The keys of the configuration; undefined: they are fetched. */
  readonly keys: readonly VerificationKey[] | undefined;
  readonly validation: IssuerConfig['validation'];
  readonly algorithms: ReadonlySet<string>;
  readonly typ: IssuerConfig['typ'];
  /** Clients that may have tokens; undefined: all. */
  readonly clients: ReadonlySet<string> | undefined;
  readonly requiredClaims: readonly RequiredClaim[];
  readonly subject: Pointer;
  readonly client: readonly Pointer[];
  readonly scopes: readonly Pointer[];
  readonly groups: Pointer;
  readonly introspection: IntrospectionConfig | undefined;
}

/** A claim that must hold one of these values. */
export interface RequiredClaim {
  readonly pointer: Pointer;
  readonly values: ReadonlySet<string>;
}

/** Compiles the issuers. @throws Error that names the field */
export function compileIssuers(configs: readonly IssuerConfig[], allowHttp: boolean): readonly IssuerRules[] {
  const names = configs.map(({ issuer }) => issuer);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`issuers: ${repeated} is configured twice`);
  const opaque = configs.filter(({ validation }) => validation !== 'jwt');
  if (opaque.length > 1) {
    throw new Error('issuers.validation: only one issuer can take opaque tokens (introspection or by_form)');
  }
  return configs.map((config) => compileIssuer(config, allowHttp));
}

function compileIssuer(config: IssuerConfig, allowHttp: boolean): IssuerRules {
  const { issuer, discovery, jwks_uri, jwks, validation, introspection } = config;
  checkUrl('issuers.issuer', issuer, allowHttp);
  if (issuer.includes('?')) throw new Error('issuers.issuer: must not have a query');
  if (jwks_uri !== undefined) checkUrl('issuers.jwks_uri', jwks_uri, allowHttp);
  const needsKeys = validation !== 'introspection';
  if (needsKeys && !discovery && jwks_uri === undefined && jwks === undefined) {
    throw new Error(`issuers: ${issuer} needs jwks_uri or jwks, without discovery`);
  }
  if (validation !== 'jwt') checkIntrospection(issuer, introspection, discovery, allowHttp);
  const keys = jwks === undefined ? undefined : readKeySet(jwks);
  if (jwks !== undefined && !keys) throw new Error('issuers.jwks: must be a JWK set with a usable public key');
  const { clients, required_claims } = config;
  return {
    issuer,
    discovery,
    jwksUri: jwks_uri,
    keys,
    validation,
    algorithms: new Set(config.algorithms),
    typ: config.typ,
    clients: clients.length > 0 ? new Set(clients) : undefined,
    requiredClaims: Object.entries(required_claims).map(([text, values]) => ({
      pointer: pointerOf('issuers.required_claims', text),
      values: new Set(values),
    })),
    subject: pointerOf('issuers.subject_claim', config.subject_claim),
    client: config.client_claim.map((text) => pointerOf('issuers.client_claim', text)),
    scopes: config.scope_claims.map((text) => pointerOf('issuers.scope_claims', text)),
    groups: pointerOf('issuers.groups_claim', config.groups_claim),
    introspection,
  };
}

function checkIntrospection(
  issuer: string,
  introspection: IntrospectionConfig | undefined,
  discovery: boolean,
  allowHttp: boolean,
): void {
  if (!introspection) throw new Error(`issuers.introspection: ${issuer} needs it, because it takes opaque tokens`);
  const { endpoint } = introspection;
  if (endpoint !== undefined) checkUrl('issuers.introspection.endpoint', endpoint, allowHttp);
  else if (!discovery) {
    throw new Error(`issuers.introspection.endpoint: ${issuer} needs it, without discovery`);
  }
}

/** @throws Error that names the field */
export function checkUrl(name: string, url: string, allowHttp: boolean): void {
  const problem = urlProblem(url, allowHttp);
  if (problem !== undefined) throw new Error(`${name}: ${problem}`);
}

/** Compiles a JSON pointer. @throws Error that names the field */
export function pointerOf(name: string, text: string): Pointer {
  const pointer = compilePointer(text);
  if (!pointer) throw new Error(`${name}: ${JSON.stringify(text)} is not a JSON pointer such as /realm_access/roles`);
  return pointer;
}
