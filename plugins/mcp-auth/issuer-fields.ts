import { field } from '../../kong/pdk';

/** The algorithms of `issuers/key-set.ts`. */
const ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const),
];

const text = (description: string) => field.string({ description, required: true, len_min: 1, len_max: 512 });
const pointer = (description: string) => field.string({ description, required: true, len_min: 2, len_max: 256 });

/** How the gateway authenticates at an endpoint of an authorization server. */
export const clientSecretField = (description: string) =>
  ({ description, referenceable: true, encrypted: true, len_min: 1 }) as const;

const introspectionField = field.record(
  {
    endpoint: field.string({
      description: 'URL of the introspection endpoint. Unset: that of the discovery document.',
      len_min: 1,
    }),
    client_id: text('Client id of the gateway at this issuer.'),
    client_secret: field.string({
      ...clientSecretField('Secret of that client.'),
      required: true,
    }),
    auth_method: field.string({
      description: 'Send id and secret in the Authorization header (basic) or in the form (post).',
      one_of: ['basic', 'post'],
      default: 'basic',
    }),
    ttl: field.integer({
      description:
        'Seconds for which a good answer is reused: so long a revoked token still works. 0: each request is introspected.',
      default: 60,
      between: [0, 3600],
    }),
  },
  { description: 'The introspection endpoint (RFC 7662). Required for validation introspection and by_form.' },
);

/** One authorization server. */
export const issuerField = field.record(
  {
    issuer: field.string({
      description: 'The issuer identifier, exactly as in the claim iss of its tokens.',
      required: true,
      len_min: 1,
    }),
    discovery: field.boolean({
      description:
        'Fetch the document of the issuer from its well-known paths. false: only what is configured is used.',
      default: true,
    }),
    jwks_uri: field.string({ description: 'URL of the JWK set. Unset: that of the discovery document.', len_min: 1 }),
    jwks: field.string({
      description: 'The JWK set itself, as JSON. Nothing is fetched then.',
      referenceable: true,
      len_min: 1,
    }),
    validation: field.string({
      description:
        'Verify tokens as JWTs by the keys of the issuer (jwt), ask the issuer about each token (introspection), or verify what is a JWT and ask about the rest (by_form). Only one issuer can take opaque tokens.',
      one_of: ['jwt', 'introspection', 'by_form'],
      default: 'jwt',
    }),
    algorithms: field.set(field.string({ description: 'An algorithm of RFC 7518.', one_of: ALGORITHMS }), {
      description: 'Signature algorithms that are accepted. There are no symmetric ones.',
      default: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
      len_min: 1,
    }),
    typ: field.string({
      description:
        'Accept any JWT that is not an ID token (any), or only those with the type of RFC 9068 in their header (at+jwt).',
      one_of: ['any', 'at+jwt'],
      default: 'any',
    }),
    clients: field.set(text('The id of a client.'), {
      description: 'Clients whose tokens are accepted. Empty: all clients of the issuer.',
      default: [],
      len_max: 256,
    }),
    required_claims: field.map(
      field.array(text('A value of the claim.'), {
        description: 'The accepted values.',
        required: true,
        len_min: 1,
        len_max: 64,
      }),
      {
        description:
          'Claims that a token needs: JSON pointer to the claim, and values of which it must hold one. A token without gets 403.',
        default: {},
        len_max: 16,
      },
    ),
    subject_claim: field.string({
      description: 'JSON pointer to the subject.',
      default: '/sub',
      len_min: 2,
      len_max: 256,
    }),
    client_claim: field.array(pointer('A JSON pointer.'), {
      description: 'JSON pointers to the client id; the first one with a text is used.',
      default: ['/client_id', '/azp'],
      len_min: 1,
      len_max: 4,
    }),
    scope_claims: field.array(pointer('A JSON pointer.'), {
      description: 'JSON pointers to the scopes: texts separated by spaces, or lists. All of them count.',
      default: ['/scope', '/scp'],
      len_min: 1,
      len_max: 4,
    }),
    groups_claim: field.string({
      description: 'JSON pointer to the groups or roles, such as /realm_access/roles.',
      default: '/groups',
      len_min: 2,
      len_max: 256,
    }),
    introspection: introspectionField,
  },
  { description: 'An authorization server.' },
);
