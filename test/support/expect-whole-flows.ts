import type { AuthScenario, Flow } from './auth-scenario';

/** Expects of a gateway what clients need of a resource server, from discovery to limits; the same on every engine. */
export async function expectWholeFlows(scenario: AuthScenario): Promise<void> {
  const resource = scenario.endpoint('guarded').href;
  expect(await scenario.metadata('guarded')).toMatchObject({ resource, authorization_servers: [expect.any(String)] });

  const flows = [await scenario.flowOfClient1('guarded'), await scenario.flowOfClient2('guarded')];
  const expected: Flow = {
    refused: 'UnauthorizedError',
    asked: ['mcp', expect.stringMatching(/calls/)],
    tools: 6,
    stepUp: 'UnauthorizedError',
    content: [{ type: 'text', text: 'looked up in eu' }],
    resource,
  };
  for (const flow of flows) expect(flow).toEqual(expected);

  // A token for another server behind the same gateway.
  const plain = await scenario.machineToken('plain');
  expect([await scenario.initialize('plain', plain), await scenario.initialize('guarded', plain)]).toEqual([200, 401]);

  const opaque = await scenario.machineToken('opaque');
  expect(opaque.split('.')).toHaveLength(1);
  const answers = [await scenario.initialize('opaque', opaque), await scenario.initialize('opaque', `${opaque}x`)];
  expect(answers).toEqual([200, 401]);

  // Kong's own limit counts by who calls, over all tokens of the caller.
  const tokens = [await scenario.machineToken('limited'), await scenario.machineToken('limited')];
  const statuses = [];
  for (const token of [...tokens, tokens[0]]) statuses.push(await scenario.initialize('limited', String(token)));
  expect(statuses).toEqual([200, 200, 429]);
}
