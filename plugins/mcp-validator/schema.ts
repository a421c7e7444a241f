import { field, type ConfigOf } from '../../kong/pdk';
import { REVISIONS } from '../shared/mcp/revisions';

const glob = field.string({ description: 'A glob: * stands for any text, ? for one character', len_min: 1 });

/** Allow- and deny-list of one kind of name. */
const allowAndDeny = (what: string) => ({
  allow: field.array(glob, {
    description: `Globs of the ${what} that clients may use; empty allows all. Compared with case.`,
    default: [],
  }),
  deny: field.array(glob, {
    description: `Globs of the ${what} that clients may not use; wins over allow. They look as if they did not exist.`,
    default: [],
  }),
});

const lists = (what: string) =>
  field.record(allowAndDeny(what), { description: `Which ${what} clients may use.`, required: true });

/** The configuration of the plugin. */
export const fields = {
  mode: field.string({
    description:
      'enforce refuses what breaks the rules. report lets everything pass, and logs, counts and marks what would have been refused in the response header X-MCP-Validator-Report.',
    one_of: ['enforce', 'report'],
    default: 'enforce',
  }),
  paths: field.array(field.string({ description: 'A path as a glob: * stands for any text', len_min: 1 }), {
    description:
      'Paths of the MCP endpoints as the server sees them, at its root or below any prefix, as globs: all requests to them are judged, however the path is written. On other paths requests are judged that a server could take for MCP: messages, streams, sessions.',
    default: ['/', '/mcp', '/sse', '/messages'],
  }),
  exempt_paths: field.array(field.string({ description: 'A path as a glob: * stands for any text', len_min: 1 }), {
    description:
      'Paths as the server sees them, as globs, on which nothing is judged whatever it looks like: for uploads and for APIs of JSON-RPC that are not MCP. Never an MCP endpoint.',
    default: [],
  }),
  revisions: field.set(field.string({ description: 'A revision of the Model Context Protocol', one_of: REVISIONS }), {
    description: 'The revisions of the Model Context Protocol that clients may speak.',
    default: [...REVISIONS],
    len_min: 1,
  }),
  allowed_origins: field.array(field.string({ description: 'An origin or a host, as a glob', len_min: 1 }), {
    description:
      'Origins whose browsers may call: https://app.example.com, or a host alone; globs are allowed. Empty allows loopback origins only. Requests without Origin pass.',
    default: [],
  }),
  allowed_hosts: field.array(field.string({ description: 'A host, with or without port, as a glob', len_min: 1 }), {
    description: 'Values of the Host header that clients may use, as globs; empty allows all.',
    default: [],
  }),
  accept: field.string({
    description:
      'strict demands that Accept names application/json and text/event-stream; lenient also takes wildcards and, for POST, a missing header.',
    one_of: ['lenient', 'strict'],
    default: 'lenient',
  }),
  max_session_id_length: field.integer({
    description:
      'The longest Mcp-Session-Id in characters; some servers put a signed token there. nginx takes 8 KB in one header by default.',
    default: 4096,
    between: [1, 65_536],
  }),
  max_body_bytes: field.integer({
    description:
      'The largest body in bytes; more is answered 413. Keep nginx_http_client_body_buffer_size at least as large.',
    default: 4_194_304,
    between: [1, 16_777_216],
  }),
  max_depth: field.integer({
    description: 'How deep objects and arrays of a body may be nested.',
    default: 64,
    between: [4, 512],
  }),
  max_values: field.integer({
    description: 'How many objects, arrays, strings, numbers and literals a body may hold in all.',
    default: 100_000,
    between: [16, 1_000_000],
  }),
  max_batch: field.integer({
    description: 'How many messages a batch may hold.',
    default: 100,
    between: [1, 1000],
  }),
  batches: field.string({
    description:
      'by_revision takes batches in 2024-11-05 and 2025-03-26, legacy in all revisions before 2026-07-28, deny in none.',
    one_of: ['by_revision', 'legacy', 'deny'],
    default: 'by_revision',
  }),
  unknown_methods: field.string({
    description:
      'Whether methods that the revision does not know pass (extensions have their own) or are answered as not found; methods.allow makes one known.',
    one_of: ['pass', 'deny'],
    default: 'pass',
  }),
  methods: lists('methods'),
  tools: field.record(
    {
      ...allowAndDeny('tools'),
      schemas: field.map(field.string({ description: 'A JSON Schema as JSON text', len_max: 65_536 }), {
        description:
          'The inputSchema of tools by name, as JSON text: 2020-12, or 2019-09 or draft-07 by $schema. Arguments of calls are checked against it. Patterns must be of the kind that RE2 takes.',
        default: {},
      }),
      learn: field.string({
        description:
          "Whether the inputSchema of tools is learned from the tools/list answers that pass, for tools without an entry in schemas. enforce answers calls that break it; report lets them pass, and logs and counts them; off learns nothing (in YAML write it in quotes: 'off'). Learned schemas are read as servers apply them: members with a default are optional, further members are allowed. Needs the capture functions on the route.",
        one_of: ['off', 'report', 'enforce'],
        default: 'off',
      }),
      learn_private: field.string({
        description:
          "What becomes of lists that the server declares private to one user (cacheScope), as the SDKs do by default: kept apart for each caller (per_caller: Kong's consumer and credential, or else Authorization, X-Api-Key and apikey), learned for all (shared), or not learned ('off', in quotes).",
        one_of: ['per_caller', 'shared', 'off'],
        default: 'per_caller',
      }),
      pins: field.map(field.string({ description: 'A SHA-256 in hex digits', len_min: 64, len_max: 64 }), {
        description:
          'The SHA-256 of tool definitions by name. A tools/list answer that holds another definition is logged and counted. Needs the capture functions on the route.',
        default: {},
      }),
    },
    { description: 'Which tools clients may use, and with which arguments.', required: true },
  ),
  unknown_tools: field.string({
    description:
      'Whether calls of tools that are neither in tools.schemas nor in a list that was learned pass, or are answered as unknown.',
    one_of: ['pass', 'deny'],
    default: 'pass',
  }),
  unusable_schemas: field.string({
    description:
      'Whether calls of a listed tool pass unchecked when its learned schema can not be used, or are answered as not possible (deny), also until it is compiled.',
    one_of: ['pass', 'deny'],
    default: 'pass',
  }),
  pin: field.string({
    description:
      'enforce answers calls of a pinned tool as unknown once the last list that its caller got had another definition, or could not be read; report logs and counts it.',
    one_of: ['report', 'enforce'],
    default: 'report',
  }),
  argument_errors: field.string({
    description:
      'How arguments that break their schema are answered: as a JSON-RPC error, as a tool result that a model can read, or (auto) as the revision says: a result from 2025-11-25 on.',
    one_of: ['auto', 'error', 'result'],
    default: 'auto',
  }),
  prompts: lists('prompts'),
  resources: lists('resource URIs'),
  meta_key_check: field.string({
    description:
      'What happens to a message with a malformed key in _meta: nothing (off), a log entry (warn), or an error (deny). Servers do not enforce the rule. A key whose prefix is reserved for the protocol is logged unless off.',
    one_of: ['off', 'warn', 'deny'],
    default: 'warn',
  }),
  status_mode: field.string({
    description:
      'spec answers JSON-RPC errors to clients before 2026-07-28 with HTTP 200, as servers do; always_4xx answers them with 400, which such clients report without its code.',
    one_of: ['spec', 'always_4xx'],
    default: 'spec',
  }),
} as const;

/** The configuration as Kong hands it over, defaults filled in. */
export type Config = ConfigOf<typeof fields>;
