import type { Outcome } from '../../kong/pdk';
import { readConfig } from '../../kong/pdk/read-config';
import { access } from '../../plugins/mcp-tool-rate-limit/handler';
import { fields } from '../../plugins/mcp-tool-rate-limit/schema';
import { prepare, type State } from '../../plugins/mcp-tool-rate-limit/state';
import { ballast, call, flood, post, resources } from '../support/large-requests';

const large = { ballast };
const start = (limit: number, config = {}) =>
  prepare(readConfig(fields, { rules: [{ windows: [{ limit, window_seconds: 60 }] }], ...config }), resources());

function count(state: State, { method, headers, body }: ReturnType<typeof post>): Outcome | Promise<Outcome> {
  const known = { consumer: undefined, credentialId: undefined, ip: '192.0.2.1', service: 'one', summary: undefined };
  return access(state, { headers, ...known }, { method, headers, body });
}

describe('the limiter without mcp-validator', () => {
  it('counts the calls of large bodies like those of small ones', async () => {
    const state = await start(2);
    expect(await count(state, post([call(large), call({}, 'add', 2)]))).toMatchObject({ kind: 'proceed' });
    expect(await count(state, post(call({})))).toMatchObject({
      kind: 'reject',
      share: { mcp_denied: { reason: 'rate_limited' } },
    });
    expect(await count(state, post(call(large)))).toMatchObject({
      kind: 'reject',
      share: { mcp_denied: { reason: 'rate_limited' } },
    });
  });

  it.each([true, false])(
    'lets no call pass uncounted when too many bodies are waiting (require_valid: %s)',
    async (require_valid) => {
      const state = await start(1000, { require_valid });
      await flood((facts) => count(state, facts));
    },
  );
});
