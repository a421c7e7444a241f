import { createServer } from 'node:net';
import { startTestGateway } from '../../kong/testkit';
import { AuthScenario } from '../support/auth-scenario';
import { expectWholeFlows } from '../support/expect-whole-flows';

/** The official clients get their tokens from a real authorization server, and call through the gateway. */
let scenario: AuthScenario;

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  scenario = await AuthScenario.start((kongYml, settings) => startTestGateway({ kongYml, settings }), await freePort());
});

afterAll(() => (scenario as AuthScenario | undefined)?.close());

it('lets the official clients log in, call, and step up for a tool', () => expectWholeFlows(scenario));

it('goes on while the authorization server is away: JWTs by the known keys, unknown opaque tokens 503', async () => {
  const [jwt, opaque] = [await scenario.machineToken('plain'), await scenario.machineToken('opaque')];
  await scenario.stopIssuer();
  expect([await scenario.initialize('plain', jwt), await scenario.initialize('opaque', opaque)]).toEqual([200, 503]);
});
