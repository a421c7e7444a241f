import { META_CAPABILITIES, META_CLIENT_INFO, META_LOG_LEVEL, META_VERSION } from '../../shared/mcp/meta-keys';
import type { Revision } from '../../shared/mcp/revisions';
import { icon } from './content';
import { anyObject, boolean, listOf, mapOf, object, oneOf, text, token, type Schema } from './fragments';

/** Schemas of what clients declare about themselves, by revision. */

/** The levels of log messages (RFC 5424). */
export const loggingLevel = oneOf('alert', 'critical', 'debug', 'emergency', 'error', 'info', 'notice', 'warning');

/** Name and version of the client program. */
export function implementation(revision: Revision): Schema {
  return object(
    {
      name: text,
      version: text,
      ...(revision >= '2025-06-18' && { title: text }),
      ...(revision >= '2025-11-25' && { description: text, icons: listOf(icon), websiteUrl: text }),
    },
    ['name', 'version'],
  );
}

/** The capabilities that a client declares; the settings of each are open objects. */
export function clientCapabilities(revision: Revision): Schema {
  const isModern = revision >= '2026-07-28';
  return object({
    experimental: mapOf(anyObject),
    roots: isModern ? anyObject : object({ listChanged: boolean }),
    sampling: revision >= '2025-11-25' ? object({ context: anyObject, tools: anyObject }) : anyObject,
    ...(revision >= '2025-06-18' && {
      elicitation: revision >= '2025-11-25' ? object({ form: anyObject, url: anyObject }) : anyObject,
    }),
    ...(revision === '2025-11-25' && { tasks: taskCapabilities }),
    ...(isModern && { extensions: mapOf(anyObject) }),
  });
}

const taskCapabilities = object({
  cancel: anyObject,
  list: anyObject,
  requests: object({
    elicitation: object({ create: anyObject }),
    sampling: object({ createMessage: anyObject }),
  }),
});

/** `_meta` of a request. */
export function requestMeta(revision: Revision): Schema {
  if (revision < '2026-07-28') return object({ progressToken: token });
  return object(
    {
      progressToken: token,
      [META_VERSION]: text,
      [META_CAPABILITIES]: clientCapabilities(revision),
      [META_CLIENT_INFO]: implementation(revision),
      [META_LOG_LEVEL]: loggingLevel,
    },
    [META_CAPABILITIES, META_VERSION],
  );
}
