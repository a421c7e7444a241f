import {
  anyObject,
  anyOf,
  anything,
  boolean,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  text,
  type Schema,
} from './fragments';

/** Responses that a client sends inside a request (2026-07-28, "multi round-trip requests": `inputResponses`). */

const meta = { _meta: anyObject };
const role = oneOf('assistant', 'user');
const type = (name: string): Schema => ({ const: name });

const annotations = object({
  audience: listOf(role),
  lastModified: text,
  priority: { type: 'number', minimum: 0, maximum: 1 },
});

/** The icon of an implementation or a resource. */
export const icon = object({ src: text, mimeType: text, sizes: listOf(text), theme: oneOf('dark', 'light') }, ['src']);

const textContent = object({ ...meta, annotations, type: type('text'), text }, ['type', 'text']);
const mediaContent = (name: string): Schema =>
  object({ ...meta, annotations, type: type(name), data: text, mimeType: text }, ['type', 'data', 'mimeType']);

const contents = { ...meta, uri: text, mimeType: text };
const embeddedResource = object(
  {
    ...meta,
    annotations,
    type: type('resource'),
    resource: anyOf(
      object({ ...contents, text }, ['uri', 'text']),
      object({ ...contents, blob: text }, ['uri', 'blob']),
    ),
  },
  ['type', 'resource'],
);

const resourceLink = object(
  {
    ...meta,
    annotations,
    type: type('resource_link'),
    name: text,
    uri: text,
    title: text,
    description: text,
    mimeType: text,
    size: integer,
    icons: listOf(icon),
  },
  ['type', 'name', 'uri'],
);

const plainContent = [textContent, mediaContent('image'), mediaContent('audio')];

const toolUse = object({ ...meta, type: type('tool_use'), id: text, name: text, input: anyObject }, [
  'type',
  'id',
  'name',
  'input',
]);

const toolResult = object(
  {
    ...meta,
    type: type('tool_result'),
    toolUseId: text,
    content: listOf(anyOf(...plainContent, resourceLink, embeddedResource)),
    structuredContent: anything,
    isError: boolean,
  },
  ['type', 'toolUseId', 'content'],
);

const samplingContent = anyOf(...plainContent, toolUse, toolResult);

const createMessageResult = object(
  { ...meta, content: anyOf(samplingContent, listOf(samplingContent)), model: text, role, stopReason: text },
  ['content', 'model', 'role'],
);

const listRootsResult = object({ roots: listOf(object({ ...meta, uri: text, name: text }, ['uri'])) }, ['roots']);

// The published schema.json says integer where the protocol says number (schema.ts): 95.5 is valid.
const elicitResult = object(
  { action: oneOf('accept', 'cancel', 'decline'), content: mapOf(anyOf(listOf(text), text, number, boolean)) },
  ['action'],
);

/** Responses by the names of the server's requests. */
export const inputResponses = mapOf(anyOf(createMessageResult, listRootsResult, elicitResult));
