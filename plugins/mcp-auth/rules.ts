import { isQuotable } from '../shared/mcp/challenge';
import type { McpIdentity } from '../shared/mcp/identity';
import { identityHeaders } from './identity/identity-headers';
import { checkUrl, compileIssuers, pointerOf, type IssuerRules } from './issuers/issuer-rules';
import { readResource, type Resource } from './metadata/resource';
import type { Config } from './schema';
import { acceptedAudiences } from './token/audience';
import type { Pointer } from './token/pointer';
import { compileHierarchy, SCOPE, type ScopeHierarchy } from './token/scopes';

/** A configuration, compiled. */
export interface Rules {
  readonly resource: Resource;
  readonly audiences: ReadonlySet<string>;
  readonly issuers: readonly IssuerRules[];
  readonly hierarchy: ScopeHierarchy;
  readonly required: readonly string[];
  readonly consumerClaim: Pointer | undefined;
  readonly aclGroupsClaim: Pointer | undefined;
  readonly claimHeaders: readonly NamedPointer[];
  readonly sharedClaims: readonly NamedPointer[];
  /** What every identity says about the configuration. */
  readonly marks: Pick<McpIdentity, 'sealed' | 'hidesChallenge'>;
  /** Headers that say who calls, in the form of `identityHeaders`. */
  readonly identityHeaders: ReadonlySet<string>;
}

/** A name and the claim that it stands for. */
export interface NamedPointer {
  readonly name: string;
  readonly pointer: Pointer;
}

/** Headers that a claim must not replace: of the connection, of the message, of MCP and of Kong. */
const RESERVED_HEADERS =
  /^(?:host|connection|keep-alive|te|trailers?|transfer-encoding|upgrade|proxy-.*|authorization|cookie|content-.*|mcp-.*|x-consumer-.*|x-credential-.*|x-mcp-principal)$/;

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Compiles a configuration. @throws Error that names the field */
export function compileRules(config: Config): Rules {
  const { allow_http, upstream } = config;
  checkUrl('resource', config.resource, false);
  if (config.resource.includes('?')) throw new Error('resource: must not have a query');
  checkScopes('scopes_required', config.scopes_required);
  checkScopes('scopes_supported', config.scopes_supported);
  checkScopes('scopes_challenge', config.scopes_challenge);
  if (config.realm !== undefined && !isQuotable(config.realm)) throw new Error('realm: must be printable ASCII');
  if (config.session_binding === 'sealed' && config.session_secret === undefined) {
    throw new Error('session_secret: session_binding sealed needs it');
  }
  if (!config.consumer_optional && config.consumer_claim === undefined) {
    throw new Error('consumer_claim: consumer_optional false needs it');
  }
  const issuers = compileIssuers(config.issuers, allow_http);
  checkUpstream(upstream, issuers, allow_http);
  const claimHeaders = namedPointers('claims_to_headers', config.claims_to_headers);
  checkHeaders(claimHeaders);
  const resource = readResource(config.resource);
  return {
    resource,
    audiences: acceptedAudiences(resource.identifier, config.audiences),
    issuers,
    hierarchy: compileHierarchy(config.scope_hierarchy),
    required: config.scopes_required,
    consumerClaim: optionalPointer('consumer_claim', config.consumer_claim),
    aclGroupsClaim: optionalPointer('authenticated_groups_claim', config.authenticated_groups_claim),
    claimHeaders,
    sharedClaims: namedPointers('share_claims', config.share_claims),
    marks: {
      ...(config.session_binding === 'sealed' && { sealed: true }),
      ...(upstream.mode !== 'keep' && { hidesChallenge: true }),
    },
    identityHeaders: identityHeaders([
      ...claimHeaders.map(({ name }) => name),
      // In another spelling, a client's own credential would stand beside that of the gateway.
      ...(upstream.mode === 'static' && upstream.header.toLowerCase() !== 'authorization' ? [upstream.header] : []),
    ]),
  };
}

function checkScopes(field: string, scopes: readonly string[]): void {
  const wrong = scopes.find((scope) => !SCOPE.test(scope));
  if (wrong !== undefined) throw new Error(`${field}: ${JSON.stringify(wrong)} is not a scope (RFC 6749, section 3.3)`);
}

function checkHeaders(headers: readonly NamedPointer[]): void {
  const names = headers.map(({ name }) => name.toLowerCase().replaceAll('_', '-'));
  for (const [at, name] of names.entries()) {
    if (!HEADER_NAME.test(name)) throw new Error(`claims_to_headers: ${JSON.stringify(name)} is not a header name`);
    if (RESERVED_HEADERS.test(name)) throw new Error(`claims_to_headers: ${name} is reserved, choose another name`);
    if (names.indexOf(name) !== at) throw new Error(`claims_to_headers: ${name} is there twice`);
  }
}

function checkUpstream(upstream: Config['upstream'], issuers: readonly IssuerRules[], allowHttp: boolean): void {
  const { mode, value, token_endpoint, client_id, client_secret } = upstream;
  if (mode === 'static' && value === undefined) throw new Error('upstream.value: mode static needs it');
  if (!HEADER_NAME.test(upstream.header)) throw new Error('upstream.header: must be the name of a header');
  if (mode !== 'client_credentials' && mode !== 'token_exchange') return;
  if (client_id === undefined || client_secret === undefined) {
    throw new Error(`upstream.client_id: mode ${mode} needs client_id and client_secret`);
  }
  if (token_endpoint !== undefined) checkUrl('upstream.token_endpoint', token_endpoint, allowHttp);
  else if (!issuers[0]?.discovery) {
    throw new Error('upstream.token_endpoint: required, because the first issuer is without discovery');
  }
}

const optionalPointer = (field: string, text: string | undefined): Pointer | undefined =>
  text === undefined ? undefined : pointerOf(field, text);

const namedPointers = (field: string, map: Readonly<Record<string, string>>): readonly NamedPointer[] =>
  Object.entries(map).map(([name, text]) => ({ name, pointer: pointerOf(field, text) }));
