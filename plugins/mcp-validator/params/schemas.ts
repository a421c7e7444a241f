import type { Revision } from '../../shared/mcp/revisions';
import { clientCapabilities, implementation, loggingLevel, requestMeta } from './client';
import { inputResponses } from './content';
import {
  anyObject,
  anyOf,
  boolean,
  cursor,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  requestState,
  text,
  token,
  type Schema,
} from './fragments';

/** The schema of a method's `params`. */
export interface ParamsSchema {
  readonly schema: Schema;
  /** True if `params` may be omitted. */
  readonly optional: boolean;
}

type MethodSchemas = ReadonlyMap<string, ParamsSchema>;

/** The requests and notifications that clients send in a revision, with the schemas of their `params`. */
export interface RevisionSchemas {
  readonly requests: MethodSchemas;
  readonly notifications: MethodSchemas;
}

/** Builds the schemas of a revision (`ClientRequest` and `ClientNotification` of its schema.json). */
export function schemasOf(revision: Revision): RevisionSchemas {
  return revision >= '2026-07-28' ? modernSchemas(revision) : legacySchemas(revision);
}

function legacySchemas(revision: Revision): RevisionSchemas {
  const hasTasks = revision === '2025-11-25';
  const meta = { _meta: requestMeta(revision) };
  const params = (properties: Record<string, Schema> = {}, required: readonly string[] = []): ParamsSchema => ({
    schema: object({ ...meta, ...properties }, required),
    optional: required.length === 0,
  });
  const list = params({ cursor });
  const byUri = params({ uri: text }, ['uri']);
  const byTask = params({ taskId: text }, ['taskId']);
  return {
    requests: new Map<string, ParamsSchema>([
      [
        'initialize',
        params(
          {
            protocolVersion: text,
            capabilities: clientCapabilities(revision),
            clientInfo: implementation(revision),
          },
          ['protocolVersion', 'capabilities', 'clientInfo'],
        ),
      ],
      ['ping', params()],
      ['resources/list', list],
      ['resources/templates/list', list],
      ['resources/read', byUri],
      ['resources/subscribe', byUri],
      ['resources/unsubscribe', byUri],
      ['prompts/list', list],
      ['prompts/get', params({ name: text, arguments: mapOf(text) }, ['name'])],
      ['tools/list', list],
      [
        'tools/call',
        params({ name: text, arguments: anyObject, ...(hasTasks && { task: object({ ttl: integer }) }) }, ['name']),
      ],
      ['logging/setLevel', params({ level: loggingLevel }, ['level'])],
      ['completion/complete', params(completion(revision), ['argument', 'ref'])],
      ...(hasTasks
        ? ([
            ['tasks/get', byTask],
            ['tasks/result', byTask],
            ['tasks/cancel', byTask],
            ['tasks/list', list],
          ] as const)
        : []),
    ]),
    notifications: legacyNotifications(revision),
  };
}

function legacyNotifications(revision: Revision): MethodSchemas {
  const hasTasks = revision === '2025-11-25';
  const params = (properties: Record<string, Schema> = {}, required?: readonly string[]): ParamsSchema => ({
    schema: object({ _meta: anyObject, ...properties }, required),
    optional: required === undefined,
  });
  return new Map<string, ParamsSchema>([
    ['notifications/cancelled', params({ requestId: token, reason: text }, hasTasks ? [] : ['requestId'])],
    ['notifications/initialized', params()],
    [
      'notifications/progress',
      params(
        { progressToken: token, progress: number, total: number, ...(revision >= '2025-03-26' && { message: text }) },
        ['progressToken', 'progress'],
      ),
    ],
    ['notifications/roots/list_changed', params()],
    ...(hasTasks
      ? ([['notifications/tasks/status', params(task, Object.keys(task).filter(isRequiredOfTask))]] as const)
      : []),
  ]);
}

const task: Record<string, Schema> = {
  taskId: text,
  status: oneOf('cancelled', 'completed', 'failed', 'input_required', 'working'),
  statusMessage: text,
  createdAt: text,
  lastUpdatedAt: text,
  ttl: { type: ['integer', 'null'] },
  pollInterval: integer,
};

const isRequiredOfTask = (name: string): boolean => name !== 'statusMessage' && name !== 'pollInterval';

/** Members of completion/complete. */
function completion(revision: Revision): Record<string, Schema> {
  const promptReference = {
    type: { const: 'ref/prompt' },
    name: text,
    ...(revision >= '2025-06-18' && { title: text }),
  };
  return {
    argument: object({ name: text, value: text }, ['name', 'value']),
    ...(revision >= '2025-06-18' && { context: object({ arguments: mapOf(text) }) }),
    ref: anyOf(
      object(promptReference, ['type', 'name']),
      object({ type: { const: 'ref/resource' }, uri: text }, ['type', 'uri']),
    ),
  };
}

function modernSchemas(revision: Revision): RevisionSchemas {
  const meta = { _meta: requestMeta(revision) };
  const params = (properties: Record<string, Schema> = {}, required: readonly string[] = []): ParamsSchema => ({
    schema: object({ ...meta, ...properties }, ['_meta', ...required]),
    optional: false,
  });
  const list = params({ cursor });
  const retry = { inputResponses, requestState };
  return {
    requests: new Map<string, ParamsSchema>([
      ['server/discover', params()],
      ['resources/list', list],
      ['resources/templates/list', list],
      ['resources/read', params({ uri: text, ...retry }, ['uri'])],
      [
        'subscriptions/listen',
        params(
          {
            notifications: object({
              promptsListChanged: boolean,
              resourcesListChanged: boolean,
              toolsListChanged: boolean,
              resourceSubscriptions: listOf(text),
            }),
          },
          ['notifications'],
        ),
      ],
      ['prompts/list', list],
      ['prompts/get', params({ name: text, arguments: mapOf(text), ...retry }, ['name'])],
      ['tools/list', list],
      ['tools/call', params({ name: text, arguments: anyObject, ...retry }, ['name'])],
      ['completion/complete', params(completion(revision), ['argument', 'ref'])],
    ]),
    notifications: new Map<string, ParamsSchema>([
      [
        'notifications/cancelled',
        {
          schema: object(
            { _meta: object({ 'io.modelcontextprotocol/subscriptionId': token }), requestId: token, reason: text },
            ['requestId'],
          ),
          optional: false,
        },
      ],
    ]),
  };
}
