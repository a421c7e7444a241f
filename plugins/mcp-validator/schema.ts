import { field, type ConfigOf } from '../../kong/pdk';
import { REVISIONS } from '../shared/mcp/revisions';
import { fieldsThatHide, fieldsThatReadTools, pinFields } from './lists/list-rules';
import { configuredOutputMode, learnedOutputMode } from './outputs/output-rules';

const glob = field.string({ description: 'A glob: * matches any text, ? one character', len_min: 1 });

/** Allow- and deny-list of one kind of name. */
const allowAndDeny = (what: string) => ({
  allow: field.array(glob, {
    description: `Globs of the ${what} that clients may use. Empty allows all. Compared with case.`,
    default: [],
  }),
  deny: field.array(glob, {
    description: `Globs of the ${what} that clients must not use; wins over allow. The response is the same as if they did not exist.`,
    default: [],
  }),
});

const lists = (what: string) =>
  field.record(allowAndDeny(what), { description: `Which ${what} clients may use.`, required: true });

/** Rules by caller for one kind of name. */
const rules = (what: string) =>
  field.array(
    field.record(
      {
        consumers: field.array(field.string({ description: 'A username or an id of a consumer', len_min: 1 }), {
          description: 'Consumers to whom the rule applies. Empty: any caller, also one without consumer.',
          default: [],
        }),
        consumer_tags: field.array(field.string({ description: 'A tag of a consumer', len_min: 1 }), {
          description: 'The rule applies to consumers with one of these tags. Empty: any caller.',
          default: [],
        }),
        groups: field.array(field.string({ description: 'The name of a group', len_min: 1 }), {
          description:
            'The rule applies to callers in one of these groups: those that an authentication plugin shares as authenticated_groups, and with trust_acl_groups those of the acl plugin. Empty: any caller.',
          default: [],
        }),
        ...allowAndDeny(what),
      },
      { description: `The ${what} of some callers. A caller must meet each condition that is not empty.` },
    ),
    {
      description: `Which ${what} each caller may use, besides allow and deny, which apply to all: the first rule that applies to the caller decides. With rules, a caller to whom none applies may use no ${what}; a last rule without conditions changes that.`,
      default: [],
      len_max: 100,
    },
  );

const listsByCaller = (what: string) =>
  field.record(
    { ...allowAndDeny(what), rules: rules(what) },
    { description: `Which ${what} clients may use.`, required: true },
  );
const texts = (description: string) =>
  field.set(field.string({ description: 'An accepted value.', required: true, len_min: 1, len_max: 512 }), {
    description,
    default: [],
    len_max: 64,
  });

const accessRule = field.record(
  {
    methods: field.array(glob, {
      description: 'Globs of the methods that the rule is about.',
      default: ['tools/call'],
    }),
    names: field.array(glob, {
      description:
        'Globs of the tools, prompts and resource URIs that the rule is about; of a URI every reading counts. Methods of extensions always match.',
      default: ['*'],
    }),
    authenticated: field.boolean({ description: 'The caller needs a token, or a credential of Kong.', default: false }),
    scopes: field.set(
      field.string({
        description: 'Name of a scope.',
        required: true,
        len_min: 1,
        len_max: 256,
        match: '^[!#-[%]^-~]+$',
      }),
      { description: 'Scopes that the token needs, all of them.', default: [], len_max: 64 },
    ),
    groups: texts('Groups or roles of the token, one of them.'),
    consumers: texts('Usernames or ids of consumers of Kong, one of them.'),
    clients: texts('Ids of OAuth clients, one of them.'),
    claims: field.map(texts('Values, one of them.'), {
      description: 'Names of share_claims of mcp-auth, and the values of which the caller needs one.',
      default: {},
      len_max: 16,
    }),
  },
  { description: 'What callers need for some messages.' },
);

/** The configuration of the plugin. */
export const fields = {
  mode: field.string({
    description:
      'enforce rejects requests that break the rules. report lets all requests pass; it logs and counts those that enforce would reject, and adds the response header X-MCP-Validator-Report.',
    one_of: ['enforce', 'report'],
    default: 'enforce',
  }),
  paths: field.array(field.string({ description: 'A glob of a path: * matches any text', len_min: 1 }), {
    description:
      'Globs of the paths of MCP endpoints as the server sees them, at its root or below any prefix. All requests to them are checked, in any spelling of the path. On other paths only requests are checked that a server could take for MCP: messages, streams, sessions.',
    default: ['/', '/mcp', '/sse', '/messages'],
  }),
  exempt_paths: field.array(field.string({ description: 'A glob of a path: * matches any text', len_min: 1 }), {
    description:
      'Globs of paths as the server sees them, on which nothing is checked: for uploads, and for JSON-RPC APIs that are not MCP. Never list an MCP endpoint.',
    default: [],
  }),
  revisions: field.set(field.string({ description: 'A revision of the Model Context Protocol', one_of: REVISIONS }), {
    description: 'The revisions of the Model Context Protocol that clients may use.',
    default: [...REVISIONS],
    len_min: 1,
  }),
  allowed_origins: field.array(field.string({ description: 'A glob of an origin or a host', len_min: 1 }), {
    description:
      'Globs of the origins (https://app.example.com) or hosts whose browser pages may send requests. Empty allows only loopback origins. Requests without Origin pass.',
    default: [],
  }),
  allowed_hosts: field.array(field.string({ description: 'A glob of a host, with or without port', len_min: 1 }), {
    description: 'Globs of the values of the Host header that clients may use. Empty allows all.',
    default: [],
  }),
  accept: field.string({
    description:
      'strict requires that Accept names application/json and text/event-stream. lenient also accepts wildcards and, for POST, a missing header.',
    one_of: ['lenient', 'strict'],
    default: 'lenient',
  }),
  max_session_id_length: field.integer({
    description:
      'The longest Mcp-Session-Id in characters; some servers use a signed token. By default nginx accepts 8 KB in one header.',
    default: 4096,
    between: [1, 65_536],
  }),
  max_body_bytes: field.integer({
    description:
      'The largest body in bytes; a larger one gets status 413. nginx_http_client_body_buffer_size must be at least as large.',
    default: 4_194_304,
    between: [1, 16_777_216],
  }),
  max_depth: field.integer({
    description: 'How deeply objects and arrays in a body may be nested.',
    default: 64,
    between: [4, 512],
  }),
  max_values: field.integer({
    description: 'The number of objects, arrays, strings, numbers and literals that a body may contain in total.',
    default: 100_000,
    between: [16, 1_000_000],
  }),
  max_batch: field.integer({
    description: 'The number of messages that a batch may contain.',
    default: 100,
    between: [1, 1000],
  }),
  batches: field.string({
    description:
      'by_revision accepts batches in 2024-11-05 and 2025-03-26, legacy in all revisions before 2026-07-28, deny in none.',
    one_of: ['by_revision', 'legacy', 'deny'],
    default: 'by_revision',
  }),
  unknown_methods: field.string({
    description:
      'Methods that the revision does not define, such as those of extensions: pass forwards them, deny rejects them as not found unless methods.allow names them.',
    one_of: ['pass', 'deny'],
    default: 'pass',
  }),
  methods: lists('methods'),
  tools: field.record(
    {
      ...allowAndDeny('tools'),
      rules: rules('tools'),
      schemas: field.map(field.string({ description: 'A JSON Schema as JSON text', len_max: 65_536 }), {
        description:
          'The inputSchema of tools by name, as JSON text, to check the arguments of calls: JSON Schema 2020-12, or 2019-09 or draft-07 by $schema. Patterns must be supported by RE2.',
        default: {},
      }),
      learn: field.string({
        description:
          "Learn the inputSchema of tools without an entry in schemas from tools/list responses. enforce rejects calls that do not match it; report lets them pass, and logs and counts them; off learns nothing (in YAML write 'off', in quotes). Learned schemas are relaxed to what servers accept: members with a default are optional, other members are allowed. Lists are held until they are read.",
        one_of: ['off', 'report', 'enforce'],
        default: 'off',
      }),
      learn_private: field.string({
        description:
          "Lists that the server declares private to one user (cacheScope), the default of the SDKs: per_caller learns them for each caller (Kong's consumer and credential, or else Authorization, X-Api-Key and apikey), shared for all callers, off (in quotes) not at all.",
        one_of: ['per_caller', 'shared', 'off'],
        default: 'per_caller',
      }),
      output_schemas: field.map(field.string({ description: 'A JSON Schema as JSON text', len_max: 65_536 }), {
        description:
          'The outputSchema of tools by name, as JSON text, for the field output_schemas at the top. {} exempts a tool.',
        default: {},
      }),
      pins: field.map(field.string({ description: 'A SHA-256 in hex digits', len_min: 64, len_max: 64 }), {
        description:
          'The SHA-256 of tool definitions by name. A tools/list response with another definition is logged and counted. Lists that a server sends unasked are seen only with the capture functions on the route.',
        default: {},
      }),
      pins_file: field.string({
        description:
          'The path of a file with the pins of all tools of services, by the name of the Kong service, as kong-ai-plugins pins write makes it. It is read again when it changes; if it cannot be used then, the pins stay as they were. With pin enforce, tools of a service in the file that are not in it cannot be called.',
        len_min: 1,
      }),
    },
    { description: 'Which tools clients may use, and with which arguments.', required: true },
  ),
  unknown_tools: field.string({
    description:
      'Calls of tools that are neither in tools.schemas nor in a learned list: pass forwards them, deny rejects them as unknown.',
    one_of: ['pass', 'deny'],
    default: 'pass',
  }),
  unusable_schemas: field.string({
    description:
      'Calls of a listed tool whose learned schema cannot be used, or is not compiled yet: pass forwards them unchecked, deny rejects them.',
    one_of: ['pass', 'deny'],
    default: 'pass',
  }),
  list_policy: field.string({
    description:
      "hide removes from tools/list, prompts/list, resources/list and resources/templates/list what the caller may not use by tools, prompts, resources, unknown_tools and pin. Lists of a kind with such rules are held until they end; one that cannot be checked is replaced by an error. off changes no list (in YAML write 'off', in quotes).",
    one_of: ['off', 'hide'],
    default: 'hide',
  }),
  max_list_bytes: field.integer({
    description: 'The longest held response in bytes, also after decoding. A longer list is replaced by an error.',
    default: 4_194_304,
    between: [65_536, 16_777_216],
  }),
  list_max_ttl_ms: field.integer({
    description:
      'The longest time in milliseconds for which clients may keep a list that depends on the caller (ttlMs, 2026-07-28).',
    default: 0,
    between: [0, 86_400_000],
  }),
  resumption: field.string({
    description:
      'GET with Last-Event-ID while lists are cut: deny responds with 405, since the server would repeat lists as they are. allow forwards it.',
    one_of: ['deny', 'allow'],
    default: 'deny',
  }),
  output_schemas: field.string({
    description:
      "Results of tools that do not match their schema, from tools.output_schemas or else, with tools.learn, from the server: strict holds the responses to calls of these tools, so that their progress arrives at the end, and replaces such a result by an error of the tool; with learn report only by tools.output_schemas. warn only logs and counts, and needs the capture functions on the route. off checks nothing (in YAML write 'off', in quotes).",
    one_of: ['off', 'warn', 'strict'],
    default: 'off',
  }),
  pin: field.string({
    description:
      'enforce rejects calls of a pinned tool as unknown if the last list that its caller received had another definition, or could not be read. report only logs and counts.',
    one_of: ['report', 'enforce'],
    default: 'report',
  }),
  argument_errors: field.string({
    description:
      'The response to arguments that do not match their schema: error is a JSON-RPC error, result a tool result that a model can read, auto a result from 2025-11-25 on.',
    one_of: ['auto', 'error', 'result'],
    default: 'auto',
  }),
  prompts: listsByCaller('prompts'),
  resources: listsByCaller('resource URIs'),
  trust_acl_groups: field.boolean({
    description:
      'Use X-Consumer-Groups of authenticated consumers in rules. Enable it only if the acl plugin runs on the route without hide_groups_header. Otherwise clients can set the header themselves.',
    default: false,
  }),
  access: field.record(
    {
      default: field.string({
        description:
          'Tools, prompts and resources that no rule matches, and methods of extensions: allow, or deny, with the response as if they did not exist.',
        one_of: ['allow', 'deny'],
        default: 'allow',
      }),
      rules: field.array(accessRule, {
        description: 'What callers need. All rules that match must be met.',
        default: [],
        len_max: 100,
      }),
    },
    {
      description:
        'Which callers may use what, by their token. Needs mcp-auth on the route; without it, what a rule matches is rejected.',
      required: true,
      default: {},
    },
  ),
  meta_key_check: field.string({
    description:
      'A malformed key in _meta: off ignores it, warn logs it, deny rejects the message. Servers do not enforce the rule. A key with a prefix that is reserved for the protocol is logged unless off.',
    one_of: ['off', 'warn', 'deny'],
    default: 'warn',
  }),
  status_mode: field.string({
    description:
      'The HTTP status of JSON-RPC errors for clients before 2026-07-28: spec uses 200, as servers do; always_4xx uses 400, which such clients report without the error.',
    one_of: ['spec', 'always_4xx'],
    default: 'spec',
  }),
} as const;

/** The configuration as Kong sends it, with defaults. */
export type Config = ConfigOf<typeof fields>;

/** The fields because of which responses are held. */
export const fieldsWithResponse = (config: Config): readonly string[] => {
  const { tools, prompts, resources } = fieldsThatHide(config);
  const isStrict = [configuredOutputMode(config), learnedOutputMode(config)].includes('strict');
  return [
    ...new Set([...tools, ...prompts, ...resources, ...fieldsThatReadTools(config)]),
    ...(isStrict ? ['output_schemas'] : []),
  ];
};

/** The fields that read other responses in the log phase: pins, for lists that a server sends unasked, and output. */
export const fieldsWithLog = (config: Config): readonly string[] => [
  ...pinFields(config),
  ...([configuredOutputMode(config), learnedOutputMode(config)].includes('warn') ? ['output_schemas'] : []),
];
