import { field, type ConfigOf } from '../../kong/pdk';
import { clientSecretField, issuerField } from './issuer-fields';
import { fetchesCredentials } from './upstream/upstream-credentials';

const scope = field.string({ description: 'Name of a scope.', required: true, len_min: 1, len_max: 256 });
const scopes = (description: string) => field.set(scope, { description, default: [], len_max: 64 });
const pointer = (description: string) => field.string({ description, len_min: 2, len_max: 256 });
const pointers = (description: string) =>
  field.map(field.string({ description: 'A JSON pointer.', required: true, len_min: 2, len_max: 256 }), {
    description,
    default: {},
    len_max: 16,
  });
const seconds = (description: string, value: number, least: number, most: number) =>
  field.integer({ description, default: value, between: [least, most] });

const upstreamField = field.record(
  {
    mode: field.string({
      description:
        'What the server receives: no credential (none), a fixed one (static), a token of the gateway (client_credentials), a token for the caller (token_exchange, RFC 8693), or the token of the caller (keep; only where server and gateway are the same audience).',
      one_of: ['none', 'static', 'client_credentials', 'token_exchange', 'keep'],
      default: 'none',
    }),
    header: field.string({ description: 'Header of mode static.', default: 'Authorization', len_min: 1, len_max: 128 }),
    value: field.string({ ...clientSecretField('Value of that header.'), len_max: 8192 }),
    token_endpoint: field.string({
      description: 'URL of the token endpoint. Unset: that of the first issuer.',
      len_min: 1,
    }),
    client_id: field.string({ description: 'Client id of the gateway at the token endpoint.', len_min: 1 }),
    client_secret: field.string(clientSecretField('Secret of that client.')),
    auth_method: field.string({
      description: 'Send id and secret in the Authorization header (basic) or in the form (post).',
      one_of: ['basic', 'post'],
      default: 'basic',
    }),
    scopes: scopes('Scopes to ask for.'),
    audience: field.string({ description: 'Audience to ask for (RFC 8693).', len_min: 1 }),
    resource: field.string({ description: 'Resource to ask for (RFC 8707).', len_min: 1 }),
    cache: field.integer({
      description: 'How many tokens for the server are kept.',
      default: 10_000,
      between: [1, 1_000_000],
    }),
  },
  { description: 'Credentials for the server behind the gateway.', required: true, default: {} },
);

/** The configuration of the plugin. */
export const fields = {
  mode: field.string({
    description:
      'Reject requests (enforce), or let them pass, count and log them (report). In report mode strangers reach the server.',
    one_of: ['enforce', 'report'],
    default: 'enforce',
  }),
  resource: field.string({
    description:
      'The public URL of the MCP server, as clients type it. Tokens must be issued for it; the metadata is made from it.',
    required: true,
    len_min: 1,
    len_max: 512,
  }),
  audiences: field.set(field.string({ description: 'An audience.', required: true, len_min: 1, len_max: 512 }), {
    description:
      'Further values of the claim aud that are accepted, such as a client id. The resource, with and without a slash at its end, always is.',
    default: [],
    len_max: 16,
  }),
  issuers: field.array(issuerField, {
    description: 'The authorization servers whose tokens are accepted.',
    required: true,
    len_min: 1,
    len_max: 8,
  }),
  metadata_paths: field.set(
    field.string({ description: 'Path of a URL.', required: true, len_min: 2, len_max: 512, match: '^/' }),
    {
      description: 'Further paths of the metadata, for a proxy in front that changes paths.',
      default: [],
      len_max: 8,
    },
  ),
  metadata: field.map(field.string({ description: 'Value of the member.', required: true, len_min: 1, len_max: 512 }), {
    description:
      'Further members of the metadata: resource_name, resource_documentation, resource_policy_uri, resource_tos_uri.',
    default: {},
    len_max: 16,
  }),
  legacy_metadata: field.boolean({
    description:
      'Serve the document of the first issuer at the well-known paths of an authorization server, where clients of revision 2025-03-26 look for it.',
    default: false,
  }),
  scopes_required: scopes('Scopes that every token needs. A token without gets 403 and asks the client for more.'),
  scopes_supported: scopes('Scopes that the metadata lists.'),
  scopes_challenge: scopes('Scopes that a client without a token is told to ask for, besides scopes_required.'),
  scope_hierarchy: field.map(
    field.array(scope, { description: 'The implied scopes.', required: true, len_min: 1, len_max: 64 }),
    {
      description: 'Which scopes a scope implies, such as admin: [read, write].',
      default: {},
      len_max: 64,
    },
  ),
  unauthenticated: field.string({
    description:
      'A request without credentials is rejected (reject), or passes as anonymous (pass). A bad token is always rejected.',
    one_of: ['reject', 'pass'],
    default: 'reject',
  }),
  anonymous: field.string({ description: 'Name of the consumer for anonymous requests.', len_min: 1, len_max: 256 }),
  consumer_claim: pointer('JSON pointer to the claim that holds the username of the consumer of Kong.'),
  consumer_optional: field.boolean({
    description: 'A token without a consumer passes (true), or gets 403 (false).',
    default: true,
  }),
  consumer_ttl: seconds('Seconds for which a consumer is remembered, also one that does not exist.', 10, 0, 300),
  authenticated_groups_claim: pointer(
    'JSON pointer to groups for the acl plugin, which needs always_use_authenticated_groups.',
  ),
  claims_to_headers: pointers('Headers for the server: name, and JSON pointer to the claim.'),
  share_claims: pointers('Claims for the access rules of mcp-validator: name, and JSON pointer to the claim.'),
  session_binding: field.string({
    description:
      'A session belongs to the caller that uses its id first (first_use; known to one node), or to the caller for whom Kong sealed the id (sealed; any number of nodes), or to anybody who knows the id (none).',
    one_of: ['first_use', 'sealed', 'none'],
    default: 'first_use',
  }),
  session_secret: field.string({
    description: 'Secret of the seal, the same on all nodes.',
    referenceable: true,
    encrypted: true,
    len_min: 32,
  }),
  upstream: upstreamField,
  max_token_bytes: field.integer({
    description: 'Longest token in bytes. Tokens above 8 KiB also need larger header buffers of nginx.',
    default: 8192,
    between: [256, 65_536],
  }),
  token_cache: field.integer({
    description: 'How many proven tokens are remembered, by their digest.',
    default: 10_000,
    between: [0, 1_000_000],
  }),
  token_ttl: seconds('Seconds for which a proven token is remembered; never beyond its end.', 300, 0, 3600),
  jwks_ttl: seconds('Seconds for which keys of an issuer are used before they are fetched again.', 600, 60, 86_400),
  jwks_stale: seconds('Seconds for which old keys stay in use when they cannot be fetched.', 86_400, 0, 604_800),
  jwks_cooldown: seconds('Seconds between two fetches because of unknown keys.', 30, 5, 600),
  leeway: seconds('Seconds by which clocks may differ, for exp, nbf and iat.', 30, 0, 300),
  timeout: field.integer({
    description: 'Milliseconds for each request to an authorization server.',
    default: 2000,
    between: [50, 30_000],
  }),
  ssl_verify: field.boolean({
    description:
      'Verify the certificates of authorization servers. To trust your own certificate authority, set NODE_EXTRA_CA_CERTS for the plugin server.',
    default: true,
  }),
  allow_http: field.boolean({
    description: 'Allow http URLs of authorization servers that are not on this machine.',
    default: false,
  }),
  allowed_hosts: field.set(field.string({ description: 'Name of a host.', required: true, len_min: 1 }), {
    description:
      'Hosts with private addresses that a discovery document may name. The host of the issuer and public addresses always may be.',
    default: [],
    len_max: 16,
  }),
  run_on_preflight: field.boolean({
    description: 'Authenticate OPTIONS requests as all others.',
    default: true,
  }),
  realm: field.string({ description: 'The parameter realm of challenges.', len_min: 1, len_max: 128 }),
  audit: field.boolean({
    description:
      'Write a log line for each request that passes: principal, client, consumer and scopes. It names no subject.',
    default: false,
  }),
  log_errors: field.boolean({ description: 'Write a log line for each rejected request.', default: true }),
  max_log_lines: field.integer({
    description: 'Most of these lines in a second.',
    default: 100,
    between: [1, 10_000],
  }),
} as const;

/** The configuration as Kong delivers it, with defaults. */
export type Config = ConfigOf<typeof fields>;

/** The fields that need the log phase: it drops a credential that the server rejected. */
export const fieldsWithLog = ({ upstream }: Pick<Config, 'upstream'>): readonly string[] =>
  fetchesCredentials(upstream) ? ['upstream.mode'] : [];
