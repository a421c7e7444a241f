import { Circuit, RETRY_AFTER_MS } from '../../../../../plugins/shared/runtime/circuit';

function observed() {
  const events: string[] = [];
  return {
    events,
    circuit: new Circuit(
      () => events.push('open'),
      () => events.push('close'),
    ),
  };
}

const failTimes = (circuit: Circuit, times: number, nowMs = 0): void => {
  for (let i = 0; i < times; i++) circuit.fail(nowMs);
};

it('opens at the third failure in a row', () => {
  const { circuit, events } = observed();
  failTimes(circuit, 2);
  circuit.succeed();
  failTimes(circuit, 2);
  expect(circuit.isClosed).toBe(true);
  failTimes(circuit, 1);
  expect(circuit.isClosed).toBe(false);
  failTimes(circuit, 5);
  expect(events).toEqual(['open']);
});

it('allows one probe at a time, and closes with the first response', () => {
  const { circuit, events } = observed();
  expect(circuit.takeProbe(1_000_000)).toBe(false);
  failTimes(circuit, 3, 1000);
  expect(circuit.takeProbe(1000 + RETRY_AFTER_MS - 1)).toBe(false);
  expect(circuit.takeProbe(1000 + RETRY_AFTER_MS)).toBe(true);
  expect(circuit.takeProbe(1000 + RETRY_AFTER_MS)).toBe(false);
  circuit.fail(1000 + RETRY_AFTER_MS);
  expect(circuit.takeProbe(1000 + 2 * RETRY_AFTER_MS)).toBe(true);
  circuit.succeed();
  expect(circuit.isClosed).toBe(true);
  failTimes(circuit, 2, 9000);
  expect(circuit.isClosed).toBe(true);
  expect(events).toEqual(['open', 'close']);
});
