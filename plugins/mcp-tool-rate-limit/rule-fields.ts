import { field } from '../../kong/pdk';

const glob = (attributes: { readonly description: string; readonly default: string }) =>
  field.string({ ...attributes, len_min: 1, len_max: 1024 });

const window = field.record(
  {
    limit: field.integer({
      description:
        'How many units of cost may be spent within the window. With the default cost this is the number of calls.',
      required: true,
      between: [1, 1_000_000],
    }),
    window_seconds: field.integer({
      description: 'Length of the window in seconds. The window slides: it does not start at fixed times.',
      required: true,
      between: [1, 2_592_000],
    }),
    burst: field.integer({
      description:
        'Unset: any limit units within a window pass, at once or spread. Set: calls are paced, one unit every window_seconds / limit seconds, and this many units may run ahead of the pace. No window ever admits more than limit + burst units.',
      between: [0, 1_000_000],
    }),
  },
  { description: 'One window: how many units in how many seconds.' },
);

/** The record of a rule. */
export const ruleField = field.record(
  {
    id: field.string({
      description: 'Name of the rule in metrics, headers and Redis keys. Unset: made of method, name and tiers.',
      len_min: 1,
      len_max: 64,
    }),
    method: glob({
      description: 'JSON-RPC methods that the rule applies to, as a glob: * matches any text, ? one character.',
      default: 'tools/call',
    }),
    name: glob({
      description:
        'Tools, prompts or resource URIs that the rule applies to, as a glob; case-sensitive. * also matches methods without a target, such as tools/list.',
      default: '*',
    }),
    tiers: field.array(field.string({ description: 'Name of a tier.', len_min: 1 }), {
      description: 'Tiers of callers that the rule applies to. Empty: all.',
      default: [],
    }),
    windows: field.array(window, {
      description: 'Windows of the rule. A call must fit into every one of them.',
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
        description: 'One identity of a caller.',
        one_of: ['consumer', 'credential', 'principal', 'ip', 'header', 'mcp-session', 'service', 'tier'],
      }),
      {
        description:
          'What identifies a caller; each caller has counters of its own. Several values form a combination. principal is the consumer, or the credential of a caller without one, such as the subject and client of a token with mcp-auth. header requires header_name. An IPv6 address counts as its /64. Clients choose the values of header and mcp-session, so combine these with consumer or ip.',
        default: ['consumer'],
        len_min: 1,
      },
    ),
    header_name: field.string({
      description:
        'Name of the header for limit_by: [header]. Clients can send any value, unless a proxy or plugin sets it.',
      len_min: 1,
      len_max: 256,
    }),
    fallback: field.string({
      description:
        'For a request without one of the identities in limit_by: use the address of the client instead (ip), let all such callers share a counter (shared), or do not apply the rule (skip).',
      one_of: ['ip', 'shared', 'skip'],
      default: 'ip',
    }),
    shared: field.set(field.string({ description: 'What shares a counter.', one_of: ['tools', 'callers'] }), {
      description:
        'tools: all names that the rule applies to share one counter, over all services. callers: all callers share one, whatever limit_by is. Otherwise each name of each service has its own counter, except resources, which always share.',
      default: [],
    }),
    report: field.boolean({
      description: 'Report mode: count and mark the calls that the rule would reject, but reject none.',
      default: false,
    }),
  },
  { description: 'A rule: which calls are limited, per which caller, and how much.' },
);
