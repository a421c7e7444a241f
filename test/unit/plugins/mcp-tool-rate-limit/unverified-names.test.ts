import { digestOf, encodeParts } from '../../../../plugins/mcp-tool-rate-limit/digest';
import { UnverifiedNames } from '../../../../plugins/mcp-tool-rate-limit/unverified-names';

const PERIOD_MS = 1000;
const digest = (text: string) => digestOf(encodeParts([text]));

function open(maxCallers?: number) {
  const clock = { nowMs: 0 };
  const names = new UnverifiedNames({
    maxNames: 2,
    nowMs: () => clock.nowMs,
    ...(maxCallers !== undefined && { maxCallers }),
  });
  const ask = (name: string, caller = 'caller') =>
    names.admits({ key: digest(caller) }, digest(`${caller} ${name}`), PERIOD_MS);
  return { clock, ask };
}

it('admits a few names per caller, repeatedly', () => {
  const { ask } = open();
  expect(['a', 'b', 'c', 'a', 'b'].map((name) => ask(name))).toEqual([true, true, false, true, true]);
  expect(ask('c', 'another')).toBe(true);
});

it('admits other names once a name has not been used for a whole period', () => {
  const { clock, ask } = open();
  ask('a');
  ask('b');
  clock.nowMs = PERIOD_MS;
  expect([ask('b'), ask('c')]).toEqual([true, false]);
  clock.nowMs = 2 * PERIOD_MS;
  expect([ask('c'), ask('d'), ask('b')]).toEqual([true, false, true]);
  clock.nowMs = 10 * PERIOD_MS;
  expect([ask('x'), ask('y')]).toEqual([true, true]);
});

it('remembers a bounded number of callers', () => {
  const { ask } = open(1);
  expect([ask('a'), ask('b'), ask('c')]).toEqual([true, true, false]);
  ask('a', 'another');
  expect(ask('c')).toBe(true);
});
