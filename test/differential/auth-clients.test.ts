import { AuthScenario } from '../support/auth-scenario';
import { expectWholeFlows } from '../support/expect-whole-flows';
import { hasKong } from './kong-process';
import { KONG_PORT, startKong } from './start-kong';

const suite = hasKong() ? describe : describe.skip;

suite('mcp-auth on Kong', () => {
  it('lets the official clients log in, call, and step up for a tool', async () => {
    const scenario = await AuthScenario.start(startKong, KONG_PORT);
    try {
      await expectWholeFlows(scenario);
    } finally {
      await scenario.close();
    }
  }, 120_000);
});
