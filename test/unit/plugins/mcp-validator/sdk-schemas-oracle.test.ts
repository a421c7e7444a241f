import * as core from '@modelcontextprotocol/core';
import * as sdk from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { protocolMethods } from '../../../../plugins/mcp-validator/params/protocol-methods';
import { schemasOf } from '../../../../plugins/mcp-validator/params/schemas';
import { REVISIONS, type Revision } from '../../../../plugins/shared/mcp/revisions';
import { acceptsMessage, memberAt } from './accepts-message';
import { MODERN } from './request';
import { mutationsOf, samplesOf } from './schema-samples';

type Json = Record<string, unknown>;
type Kind = 'request' | 'notification';
type MethodSchema = z.ZodType & { readonly shape: { readonly method: { readonly value: string } } };

/** What an SDK says of the messages that clients send. */
interface SdkSchemas {
  readonly name: string;
  readonly requests: { readonly options: readonly unknown[] };
  readonly notifications: { readonly options: readonly unknown[] };
  /** It has one schema for all: only in the newest is all that it rejects to be rejected. */
  readonly revisions: readonly Revision[];
  readonly newest: Revision;
}

const SDKS: readonly SdkSchemas[] = [
  {
    name: '@modelcontextprotocol/sdk',
    requests: sdk.ClientRequestSchema,
    notifications: sdk.ClientNotificationSchema,
    revisions: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'],
    newest: '2025-11-25',
  },
  {
    name: '@modelcontextprotocol/core',
    requests: core.ClientRequestSchema,
    notifications: core.ClientNotificationSchema,
    revisions: ['2025-11-25', MODERN],
    newest: MODERN,
  },
];

const cases = SDKS.flatMap(({ name, requests, notifications, revisions, newest }) =>
  (
    [
      ...requests.options.map((schema) => ['request', schema]),
      ...notifications.options.map((schema) => ['notification', schema]),
    ] as [Kind, MethodSchema][]
  ).flatMap(([kind, schema]) => {
    const method = schema.shape.method.value;
    return revisions
      .filter((revision) => protocolMethods().has(revision, kind, method))
      .map((revision) => ({ name, kind, method, schema, revision, isNewest: revision === newest }));
  }),
);

interface Disagreement {
  readonly revision: Revision;
  readonly method: string;
  readonly path: string;
  /** What stands at the path. */
  readonly value: unknown;
  readonly sdkAccepts: boolean;
}

const WHOLE_NUMBERS = ['ttl', 'pollInterval'];

/** Where the gateway differs from the SDKs on purpose, and why. */
const DIFFERENCES: readonly { why: string; applies: (one: Disagreement) => boolean }[] = [
  {
    why: 'a stateless request names its revision and capabilities in _meta; the SDK asks for them elsewhere',
    applies: ({ revision, path, sdkAccepts }) =>
      revision === MODERN &&
      sdkAccepts &&
      /^\/params(\/_meta(\/io\.modelcontextprotocol\/(protocolVersion|clientCapabilities).*)?)?$/.test(path),
  },
  {
    why: 'capabilities are objects by the official schemas; the SDK takes lists for them',
    applies: ({ path, value, sdkAccepts }) => sdkAccepts && path.includes('apabilities/') && Array.isArray(value),
  },
  {
    why: 'a cancellation names its request by the official schemas of sessions',
    applies: ({ method, path, sdkAccepts }) =>
      sdkAccepts && method === 'notifications/cancelled' && ['/params', '/params/requestId'].includes(path),
  },
  {
    why: 'members that the official schemas leave open in _meta, in capabilities and, where there are no tasks, of tasks',
    applies: ({ revision, method, path, sdkAccepts }) =>
      !sdkAccepts &&
      ((revision === MODERN && path.startsWith('/params/task')) ||
        /related-task|applyDefaults|capabilities\/extensions/.test(path) ||
        (method.startsWith('notifications/') && path === '/params/_meta/progressToken')),
  },
  {
    why: 'the times of a task are whole numbers by the official schemas',
    applies: ({ path, value, sdkAccepts }) =>
      sdkAccepts && WHOLE_NUMBERS.some((name) => path.endsWith(`/${name}`)) && !Number.isInteger(value),
  },
];

const seen = new Set<string>();

function isDeliberate(disagreement: Disagreement): boolean {
  const found = DIFFERENCES.find(({ applies }) => applies(disagreement));
  if (found) seen.add(found.why);
  return found !== undefined;
}

/** Messages that the SDK's schema describes, as they travel. */
function samplesFor(schema: z.ZodType, kind: Kind, revision: Revision): Json[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const properties = memberAt(json, 'properties', 'params', 'properties');
  for (const holder of [properties, memberAt(properties, 'task', 'properties')]) {
    for (const name of WHOLE_NUMBERS) if (memberAt(holder, name)) (holder as Json)[name] = { type: 'integer' };
  }
  return (samplesOf(json, {}) as Json[]).map((sample) => ({
    jsonrpc: '2.0',
    ...(kind === 'request' && { id: 1 }),
    ...sample,
    ...(revision === MODERN && { params: withClaims(sample['params'] as Json | undefined) }),
  }));
}

const withClaims = (params: Json = {}): Json => ({
  ...params,
  _meta: {
    ...(params['_meta'] as Json | undefined),
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
  },
});

describe('agreement with the schemas of the official SDKs', () => {
  it.each(cases)('$name, $revision $method', ({ kind, method, schema, revision, isNewest }) => {
    const envelope = kind === 'request' ? core.JSONRPCRequestSchema : core.JSONRPCNotificationSchema;
    const sdkAccepts = (value: unknown) => schema.safeParse(value).success && envelope.safeParse(value).success;
    const samples = samplesFor(schema, kind, revision).filter(sdkAccepts);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.filter((sample) => !acceptsMessage(sample, revision))).toEqual([]);
    const disagreements: Disagreement[] = [];
    for (const { path, value: message } of mutationsOf(samples[0])) {
      // Another method is another schema's message.
      if (memberAt(message, 'method') !== method) continue;
      const accepted = sdkAccepts(message);
      if (accepted === acceptsMessage(message, revision) || (!accepted && !isNewest)) continue;
      const value = memberAt(message, ...path.slice(1).split('/'));
      const disagreement = { revision, method, path, value, sdkAccepts: accepted };
      if (!isDeliberate(disagreement)) disagreements.push(disagreement);
    }
    expect(disagreements.slice(0, 3)).toEqual([]);
  });

  it('covers all revisions, and every method of each', () => {
    const covered = new Set(cases.map(({ revision, method }) => `${revision} ${method}`));
    const missing = REVISIONS.flatMap((revision) => {
      const { requests, notifications } = schemasOf(revision);
      return [...requests.keys(), ...notifications.keys()].map((method) => `${revision} ${method}`);
    }).filter((name) => !covered.has(name));
    expect(missing).toEqual([]);
    expect(covered.size).toBeGreaterThan(80);
  });

  it('lists only differences that exist', () => {
    expect(DIFFERENCES.map(({ why }) => why).filter((why) => !seen.has(why))).toEqual([]);
  });
});
