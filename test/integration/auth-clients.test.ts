import { startTestGateway } from '../../kong/testkit';
import { AuthScenario } from '../support/auth-scenario';
import { expectWholeFlows } from '../support/expect-whole-flows';

/** The official clients get their tokens from a real authorization server, and call through the gateway. */
let scenario: AuthScenario;

/** Below the ports that the system gives to clients: the resources are named after it before the gateway listens. */
const PORT = 20_000 + (process.pid % 5000);

beforeAll(async () => {
  scenario = await AuthScenario.start((kongYml, settings) => startTestGateway({ kongYml, settings }), PORT);
});

afterAll(() => (scenario as AuthScenario | undefined)?.close());

it('lets the official clients log in, call, and step up for a tool', () => expectWholeFlows(scenario));

it('goes on while the authorization server is away: JWTs by the known keys, unknown opaque tokens 503', async () => {
  const [jwt, opaque] = [await scenario.machineToken('plain'), await scenario.machineToken('opaque')];
  await scenario.stopIssuer();
  expect([await scenario.initialize('plain', jwt), await scenario.initialize('opaque', opaque)]).toEqual([200, 503]);
});
