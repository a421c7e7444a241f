import { field, type ConfigOf } from '../../kong/pdk';
import { redisField } from '../shared/redis/kong-redis-fields';

const glob = (attributes: { readonly description: string; readonly default: string }) =>
  field.string({ ...attributes, len_min: 1, len_max: 1024 });

const window = field.record(
  {
    limit: field.integer({
      description: 'How many units of cost may be spent within the window: calls, where each costs 1.',
      required: true,
      between: [1, 1_000_000],
    }),
    window_seconds: field.integer({
      description: 'The length of the window in seconds; it slides, and has no fixed beginning.',
      required: true,
      between: [1, 2_592_000],
    }),
    burst: field.integer({
      description:
        'Without it any limit units within a window pass, at once or spread. With it calls are paced, one each window_seconds/limit, and so many may run ahead; never more than limit + burst pass in a window.',
      between: [0, 1_000_000],
    }),
  },
  { description: 'How much may be spent in how much time.' },
);

const rule = field.record(
  {
    id: field.string({
      description: 'The name of the rule in metrics, headers and keys; without one it is made of method, name and tiers.',
      len_min: 1,
      len_max: 64,
    }),
    method: glob({ description: 'The JSON-RPC methods that the rule is for, as a glob.', default: 'tools/call' }),
    name: glob({
      description:
        'The tools, prompts or resource URIs that the rule is for, as a glob: * stands for any text, ? for one character. Compared with case; * is also for methods that name nothing.',
      default: '*',
    }),
    tiers: field.array(field.string({ description: 'The name of a tier', len_min: 1 }), {
      description: 'The tiers of callers that the rule is for; empty means all.',
      default: [],
    }),
    windows: field.array(window, {
      description: 'The windows of the rule; a call must pass every one.',
      required: true,
      len_min: 1,
      len_max: 8,
    }),
    cost: field.integer({
      description: 'How many units a call spends in each window.',
      default: 1,
      between: [1, 1_000_000],
    }),
    limit_by: field.array(
      field.string({
        description: 'What tells callers apart',
        one_of: ['consumer', 'credential', 'ip', 'header', 'mcp-session', 'service', 'tier'],
      }),
      {
        description:
          'What tells callers apart: each has counters of their own. Several words make a combination. header needs header_name.',
        default: ['consumer'],
        len_min: 1,
      },
    ),
    header_name: field.string({
      description: 'The header of limit_by header. A client sets it as it likes unless something before this does.',
      len_min: 1,
      len_max: 256,
    }),
    fallback: field.string({
      description:
        'What stands for a part of limit_by that a request lacks: the address of the client (ip), nothing, so that all such callers share a counter (shared), or the rule is not for it (skip).',
      one_of: ['ip', 'shared', 'skip'],
      default: 'ip',
    }),
    shared: field.set(field.string({ description: 'What shares a counter', one_of: ['tools', 'callers'] }), {
      description:
        'What shares one counter: all names that the rule is for, of all services (tools), and all callers, whatever limit_by says (callers). Otherwise each name of each service has its own. Resource URIs always share.',
      default: [],
    }),
    report: field.boolean({
      description: 'Count and mark what the rule would have refused, and refuse nothing.',
      default: false,
    }),
  },
  { description: 'Which calls are limited, for whom, and how much.' },
);

/** The configuration of the plugin. */
export const fields = {
  rules: field.array(rule, {
    description: 'The rules, in order.',
    required: true,
    len_min: 1,
    len_max: 100,
  }),
  match: field.string({
    description:
      'Whether only the first rule that is for a call decides (rules that report do not end the search), or all that are for it.',
    one_of: ['first', 'all'],
    default: 'first',
  }),
  tiers: field.array(
    field.record(
      {
        name: field.string({ description: 'The name that rules use', required: true, len_min: 1, len_max: 64 }),
        tag: field.string({ description: 'A tag of the consumer that puts it into the tier', len_min: 1 }),
        group: field.string({
          description: 'A group of the acl plugin that puts its caller into the tier; needs trust_acl_groups',
          len_min: 1,
        }),
      },
      { description: 'A tier of callers, and what puts one into it.' },
    ),
    { description: 'Tiers of callers; the first that fits is theirs.', default: [] },
  ),
  default_tier: field.string({
    description: 'The tier of callers that no entry of tiers fits.',
    default: 'default',
    len_min: 1,
    len_max: 64,
  }),
  trust_acl_groups: field.boolean({
    description:
      'Believe X-Consumer-Groups of authenticated consumers. Set it only where the acl plugin runs on the route without hide_groups_header: without that, the header is whatever the client sent.',
    default: false,
  }),
  policy: field.string({
    description: 'Where the counters are: in the memory of the node (local), or in Redis, shared by all nodes.',
    one_of: ['local', 'redis'],
    default: 'local',
  }),
  max_counter_memory: field.integer({
    description:
      'Bytes that the counters of this configuration may take, in the memory of a node and, with policy redis, in Redis. When as many are taken, all further callers of a window share one counter. All configurations together take no more than a quarter of the memory of the process.',
    default: 67_108_864,
    between: [1_048_576, 17_179_869_184],
  }),
  max_keys: field.integer({
    description:
      'A further bound of how many counters there may be, in the memory of a node and, with policy redis, in Redis; unset: max_counter_memory alone.',
    between: [1, 50_000_000],
  }),
  max_names_per_caller: field.integer({
    description:
      'Under each rule, how many names a caller may have counters of its own for that neither a rule writes out nor the server is known to offer; further ones share a counter of the caller.',
    default: 32,
    between: [0, 1000],
  }),
  redis: redisField,
  namespace: field.string({
    description: 'The beginning of all keys in Redis; deployments with the same one share their counters.',
    default: 'mcp-tool-rate-limit',
    len_min: 1,
    len_max: 128,
    match: '^[%w%._:%-]+$',
  }),
  fault_tolerant: field.boolean({
    description:
      'Whether calls are counted on each node alone while Redis does not answer in time, or refused with 503.',
    default: true,
  }),
  fault_tolerant_share: field.number({
    description:
      'The part of each limit that a node allows while it counts alone: 1 divided by the number of nodes keeps the sum of all within the limit.',
    default: 1,
    between: [0.0001, 1],
  }),
  denial: field.string({
    description:
      'How a refused call is answered: 429 with a JSON-RPC error, 200 with the same, or 200 with a tool result that tells the model when to try again. What has no answer of its own, a notification, always gets the status.',
    one_of: ['http_429', 'jsonrpc_200', 'tool_error'],
    default: 'tool_error',
  }),
  error_code: field.integer({
    description: 'The HTTP status of http_429 and of refused notifications.',
    default: 429,
    between: [400, 599],
  }),
  error_message: field.string({
    description: 'The message of the JSON-RPC error, before the sentence that says when to try again.',
    default: 'Rate limit exceeded',
    len_min: 1,
    len_max: 128,
  }),
  headers: field.string({
    description:
      "Which headers tell of the limit: RateLimit-Limit, -Remaining and -Reset as Kong's own plugin has them (kong), RateLimit and RateLimit-Policy of the IETF draft (ietf), or both.",
    one_of: ['kong', 'ietf', 'both'],
    default: 'kong',
  }),
  hide_client_headers: field.boolean({
    description: 'Send none of the headers that tell of the limit; Retry-After stays.',
    default: false,
  }),
  require_valid: field.boolean({
    description:
      'Refuse a body that the plugin, where mcp-validator did not run, cannot read beyond doubt. Otherwise such a request passes uncounted.',
    default: true,
  }),
  max_body_bytes: field.integer({
    description: 'The largest body in bytes that is read where mcp-validator did not run; more counts as unreadable.',
    default: 4_194_304,
    between: [1, 16_777_216],
  }),
} as const;

/** The configuration as Kong hands it over, defaults filled in. */
export type Config = ConfigOf<typeof fields>;
