import { field, type ConfigOf } from '../../kong/pdk';
import { redisField } from '../shared/redis/kong-redis-fields';
import { ruleField } from './rule-fields';

const tierField = field.record(
  {
    name: field.string({ description: 'Name of the tier, for rules.', required: true, len_min: 1, len_max: 64 }),
    tag: field.string({ description: 'A consumer with this tag belongs to the tier.', len_min: 1 }),
    group: field.string({
      description: 'A caller in this group of the acl plugin belongs to the tier. Requires trust_acl_groups.',
      len_min: 1,
    }),
  },
  { description: 'A tier, and which callers belong to it. Requires tag or group.' },
);

/** The configuration of the plugin. */
export const fields = {
  rules: field.array(ruleField, {
    description: 'The rules, in order.',
    required: true,
    len_min: 1,
    len_max: 100,
  }),
  match: field.string({
    description:
      'Which rules apply to a call: the first one that matches it (first; rules in report mode do not end the search), or all that match (all).',
    one_of: ['first', 'all'],
    default: 'first',
  }),
  tiers: field.array(tierField, {
    description: 'Tiers of callers. A caller belongs to the first tier that matches.',
    default: [],
  }),
  default_tier: field.string({
    description: 'Tier of callers that match no entry of tiers, and of all unauthenticated callers.',
    default: 'default',
    len_min: 1,
    len_max: 64,
  }),
  trust_acl_groups: field.boolean({
    description:
      'Use X-Consumer-Groups of authenticated consumers. Enable it only if the acl plugin runs on the route without hide_groups_header. Otherwise clients can set the header themselves.',
    default: false,
  }),
  policy: field.string({
    description:
      'Where the counters are: in the memory of each node (local), or in Redis, shared by all nodes (redis).',
    one_of: ['local', 'redis'],
    default: 'local',
  }),
  max_counter_memory: field.integer({
    description:
      'Bytes that the counters of this configuration may use, in memory and in Redis. At the bound, all further callers of a window share one counter. All configurations together use at most a quarter of the memory of the process.',
    default: 67_108_864,
    between: [1_048_576, 17_179_869_184],
  }),
  max_keys: field.integer({
    description:
      'The most counters of this configuration, in memory and in Redis. Unset: only max_counter_memory applies.',
    between: [1, 50_000_000],
  }),
  max_names_per_caller: field.integer({
    description:
      'How many unverified names a caller may have counters of its own for, per rule and service: names that no rule contains and no server is known to offer. Further names of the caller share one counter.',
    default: 32,
    between: [0, 1000],
  }),
  redis: redisField,
  namespace: field.string({
    description: 'Prefix of all keys in Redis. Deployments with the same namespace share their counters.',
    default: 'mcp-tool-rate-limit',
    len_min: 1,
    len_max: 128,
    match: '^[%w%._:%-]+$',
  }),
  fault_tolerant: field.boolean({
    description: 'While Redis is unavailable: count calls on each node alone (true), or reject them with 503 (false).',
    default: true,
  }),
  fault_tolerant_share: field.number({
    description:
      'The part of each limit that a node allows while it counts alone. 1 divided by the number of nodes keeps the total within the limit.',
    default: 1,
    between: [0.0001, 1],
  }),
  denial: field.string({
    description:
      'Response to a rejected call: status 429 with a JSON-RPC error (http_429), status 200 with the same error (jsonrpc_200), or status 200 with a tool result that tells the model when to retry (tool_error). A notification always gets error_code.',
    one_of: ['http_429', 'jsonrpc_200', 'tool_error'],
    default: 'tool_error',
  }),
  error_code: field.integer({
    description: 'HTTP status for http_429 and for rejected notifications.',
    default: 429,
    between: [400, 599],
  }),
  error_message: field.string({
    description: 'Start of the error message; the limit and the time to wait follow it.',
    default: 'Rate limit exceeded',
    len_min: 1,
    len_max: 128,
  }),
  headers: field.string({
    description:
      'Headers that report the limit: RateLimit-Limit, -Remaining and -Reset as in the rate-limiting plugin of Kong (kong), RateLimit and RateLimit-Policy of the IETF draft (ietf), or both.',
    one_of: ['kong', 'ietf', 'both'],
    default: 'kong',
  }),
  hide_client_headers: field.boolean({
    description: 'Do not send the headers that report the limit. Retry-After is still sent.',
    default: false,
  }),
  require_valid: field.boolean({
    description:
      'Reject a body that cannot be parsed unambiguously; false lets it pass uncounted. Only relevant if mcp-validator does not run.',
    default: true,
  }),
  max_body_bytes: field.integer({
    description:
      'Largest body in bytes that the plugin reads if mcp-validator does not run. A larger one counts as unreadable.',
    default: 4_194_304,
    between: [1, 16_777_216],
  }),
} as const;

/** The configuration as Kong delivers it, with defaults. */
export type Config = ConfigOf<typeof fields>;
