import type { ValidateFunction } from 'ajv';
import { REVISIONS, type Revision } from '../../../../plugins/shared/mcp/revisions';
import { acceptsMessage, isObject, memberAt } from './accepts-message';
import { hasOfficialSchemas, officialExamples, OfficialSchema } from './official-schemas';
import { MODERN } from './request';
import { mutationsOf } from './schema-samples';

// Without MCP_SPEC_DIR there are no official schemas to compare with.
const describeOracle = hasOfficialSchemas ? describe : describe.skip;

type Json = Record<string, unknown>;
/** Where the gateway differs from the official schemas on purpose, and why. */
const DIFFERENCES: readonly { why: string; applies: (message: unknown, revision: Revision) => boolean }[] = [
  {
    why: 'members beyond the protocol are rejected: readers that ignore case take them for others; the schemas are open',
    applies: (message) =>
      isObject(message) && Object.keys(message).some((key) => !['jsonrpc', 'id', 'method', 'params'].includes(key)),
  },
  {
    why: 'a stateless request speaks the revision of its header; the schema takes any string',
    applies: (message, revision) => {
      const version = memberAt(message, 'params', '_meta', 'io.modelcontextprotocol/protocolVersion');
      return revision === MODERN && version !== undefined && version !== MODERN;
    },
  },
  {
    why: '2025-11-25 forgot to describe _meta of its task requests; every request has the same',
    applies: (message, revision) =>
      revision === '2025-11-25' &&
      ['tasks/get', 'tasks/result', 'tasks/cancel'].includes(String(memberAt(message, 'method'))) &&
      memberAt(message, 'params', '_meta') !== undefined,
  },
];

const isDeliberate = (message: unknown, revision: Revision): boolean =>
  DIFFERENCES.some(({ applies }) => applies(message, revision));

/** Revisions up to 2025-06-18 describe the params apart from the envelope; both must hold. */
function officialValidators(schema: OfficialSchema, definition: string, kind: 'Request' | 'Notification') {
  const envelope = schema.revision < '2025-11-25' ? [schema.validator(`JSONRPC${kind}`)] : [];
  return [schema.validator(definition), ...envelope];
}

const accepts = (validators: ValidateFunction[], message: unknown): boolean =>
  validators.every((validate) => validate(message));

describeOracle('agreement with the official schemas', () => {
  const cases = !hasOfficialSchemas
    ? []
    : REVISIONS.flatMap((revision) => {
        const schema = new OfficialSchema(revision);
        return (['Request', 'Notification'] as const).flatMap((kind) =>
          [...schema.methods(`Client${kind}`)].map(([method, definition]) => ({
            revision,
            kind,
            method,
            definition,
            schema,
          })),
        );
      });

  it.each(cases)('$revision $method', ({ revision, kind, method, definition, schema }) => {
    const validators = officialValidators(schema, definition, kind);
    const samples = schema.samples(definition).map((sample) => ({
      jsonrpc: '2.0',
      ...(kind === 'Request' && { id: 1 }),
      ...claimRevision(sample, revision),
    }));
    const disagreements: unknown[] = [];
    const check = (path: string, message: unknown): boolean => {
      const official = accepts(validators, message);
      if (official !== acceptsMessage(message, revision) && !isDeliberate(message, revision)) {
        disagreements.push({ path, official, message });
      }
      return official;
    };
    expect(samples.map((sample) => check('', sample))).toEqual(samples.map(() => true));
    const [full] = samples;
    for (const { path, value } of mutationsOf(full)) {
      // Another method is another definition's message.
      if (memberAt(value, 'method') === method) check(path, value);
    }
    for (const sample of samples.slice(1)) {
      for (const { path, value } of mutationsOf(sample, full)) {
        if (memberAt(value, 'method') === method) check(path, value);
      }
    }
    expect(disagreements.slice(0, 3)).toEqual([]);
  });
});

/** Samples have any text as their version. */
function claimRevision(sample: Json, revision: Revision): Json {
  const meta = memberAt(sample, 'params', '_meta');
  if (revision !== MODERN || !isObject(meta) || !('io.modelcontextprotocol/protocolVersion' in meta)) return sample;
  const _meta = { ...meta, 'io.modelcontextprotocol/protocolVersion': MODERN };
  return { ...sample, params: { ...(sample['params'] as Json), _meta } };
}

describeOracle('the official examples', () => {
  const examples = hasOfficialSchemas ? officialExamples(MODERN) : [];
  const schema = hasOfficialSchemas ? new OfficialSchema(MODERN) : undefined;
  const requests = new Map([...(schema?.methods('ClientRequest') ?? [])].map(([method, name]) => [name, method]));

  it('are complete, and valid by the official schema with patched errata', () => {
    expect(examples.length).toBeGreaterThanOrEqual(129);
    const invalid = examples.filter(({ definition, value }) => !(schema?.validator(definition)(value) as boolean));
    expect(invalid).toEqual([]);
  });

  it.each(examples.filter(({ definition }) => requests.has(definition)))('$file passes', ({ value }) => {
    expect(acceptsMessage(value, MODERN)).toBe(true);
  });

  it.each(
    examples.filter(
      ({ definition }) => requests.has(definition.replace(/Params$/, '')) && definition.endsWith('Params'),
    ),
  )('$file passes as params', ({ definition, value }) => {
    const method = requests.get(definition.replace(/Params$/, ''));
    const params = withMeta(value as Json);
    expect(acceptsMessage({ jsonrpc: '2.0', id: 1, method, params }, MODERN)).toBe(true);
  });

  it.each(examples.filter(({ definition }) => definition === 'InputResponses'))(
    '$file passes as responses',
    ({ value }) => {
      const params = withMeta({ name: 'tool', inputResponses: value });
      expect(acceptsMessage({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, MODERN)).toBe(true);
    },
  );
});

function withMeta(params: Json): Json {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(params['_meta'] as Json | undefined),
  };
  return { ...params, _meta };
}

describe('errata of the published files that the gateway does not share', () => {
  const answer = (content: object) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: withMeta({ name: 't', inputResponses: { ask: { action: 'accept', content } } }),
  });

  it('an elicited number may be any number', () => {
    expect(acceptsMessage(answer({ score: 95.5 }), MODERN)).toBe(true);
    expect(acceptsMessage(answer({ score: null }), MODERN)).toBe(false);
  });

  it('settings of capabilities may be any JSON', () => {
    const clientCapabilities = { extensions: { 'com.example/x': { ratio: 0.5, none: null } } };
    const params = withMeta({ _meta: { 'io.modelcontextprotocol/clientCapabilities': clientCapabilities } });
    expect(acceptsMessage({ jsonrpc: '2.0', id: 1, method: 'tools/list', params }, MODERN)).toBe(true);
  });
});
