import { classifyInboundRequest } from '@modelcontextprotocol/server';
import { decideWith, MODERN, post } from '../request';

/** Every combination of what header and body may say of the revision, before this gateway and the SDK's own classifier. */
const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

const headerVersions = [undefined, '2025-03-26', '2025-11-25', MODERN, '2027-01-01'];
const metas: readonly (object | undefined)[] = [
  undefined,
  {},
  { [VERSION]: MODERN },
  { [CAPABILITIES]: {} },
  { [VERSION]: MODERN, [CAPABILITIES]: {} },
  { [VERSION]: MODERN, [CAPABILITIES]: 5 },
  { [VERSION]: '2027-01-01', [CAPABILITIES]: {} },
  { [VERSION]: '2025-11-25', [CAPABILITIES]: {} },
];
const calls = [
  { id: 1, method: 'tools/list', params: {} },
  { id: 1, method: 'tools/call', params: { name: 'add' } },
  { id: 1, method: 'resources/read', params: { uri: 'test://a' } },
  { method: 'notifications/cancelled', params: { requestId: 1 } },
];
const methodHeaders = ['right', 'wrong', undefined] as const;

interface Case {
  readonly call: (typeof calls)[number];
  readonly meta: object | undefined;
  readonly version: string | undefined;
  readonly methodHeader: string | undefined;
  readonly nameHeader: string | undefined;
}

const cases: readonly Case[] = calls.flatMap((call) =>
  metas.flatMap((meta) =>
    headerVersions.flatMap((version) =>
      methodHeaders.flatMap((kind) =>
        methodHeaders.map((nameKind) => {
          const target = 'name' in call.params ? call.params.name : 'uri' in call.params ? call.params.uri : 'x';
          return {
            call,
            meta,
            version,
            methodHeader: kind === 'right' ? call.method : kind && 'prompts/list',
            nameHeader: nameKind === 'right' ? target : nameKind && 'other',
          };
        }),
      ),
    ),
  ),
);

const claimOf = ({ meta = {} }: Case): unknown => (meta as Record<string, unknown>)[VERSION];

const undefinedAway = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The code of the SDK's rejection, or how it would serve the request. */
function sdkOn({ call, meta, version, methodHeader, nameHeader }: Case): number | 'modern' | 'legacy' {
  const outcome = classifyInboundRequest(
    undefinedAway({
      httpMethod: 'POST',
      protocolVersionHeader: version,
      mcpMethodHeader: methodHeader,
      mcpNameHeader: nameHeader,
      body: { jsonrpc: '2.0', ...call, params: { ...call.params, _meta: meta } },
    }) as Parameters<typeof classifyInboundRequest>[0],
  );
  return outcome.kind === 'reject' ? outcome.code : outcome.kind;
}

function weOn({ call, meta, version, methodHeader, nameHeader }: Case): number | 'modern' | 'legacy' {
  const body = { jsonrpc: '2.0', ...call, params: { ...call.params, _meta: meta } };
  const headers = { 'mcp-protocol-version': version, 'mcp-method': methodHeader, 'mcp-name': nameHeader };
  const decision = decideWith(post(body, headers));
  if (decision.kind === 'reject') return decision.response.code;
  return decision.summary?.revision === MODERN ? 'modern' : 'legacy';
}

it('what the SDK rejects is rejected here, with the same code except for an unsupported version', () => {
  const rejected = cases.flatMap((one) => {
    const code = sdkOn(one);
    return typeof code === 'number' ? [{ one, code }] : [];
  });
  expect(rejected.length).toBeGreaterThan(500);
  // Without a claim the SDK calls an unknown version invalid params; with one it looks at the mirrored headers first.
  const others = rejected.filter(({ one, code }) => weOn(one) !== code && weOn(one) !== -32022);
  expect(others).toEqual([]);
});

it('what the SDK accepts is accepted here with the same revision, or lacks what its later layers require', () => {
  const served = cases.filter((one) => typeof sdkOn(one) === 'string');
  expect(served.length).toBeGreaterThan(500);
  for (const one of served) {
    const decision = weOn(one);
    const hasAllHeaders = one.version !== undefined && one.methodHeader !== undefined && one.nameHeader !== undefined;
    if (decision === -32020) expect(hasAllHeaders && one.nameHeader !== 'other').toBe(false);
    else if (decision === -32022) expect(claimOf(one) ?? one.version).not.toBe(MODERN);
    else expect(decision).toBe(sdkOn(one));
  }
});
