import { definePlugin, Metrics, proceed } from '../../../../kong/pdk';
import { runEvent } from '../../../../kong/plugin-server/event';
import { encodeAnswer } from '../../../../kong/plugin-server/protocol/event-answer';
import { ServerMetrics } from '../../../../kong/plugin-server/server-metrics';
import { holdsNothing } from '../../../support/holds-nothing';
import { preparedConfiguration } from '../../../support/prepared-configuration';

const bug = (): never => {
  throw new Error('not needed');
};

const idle = definePlugin({
  name: 'idle',
  version: '1',
  priority: 1,
  fields: {},
  onError: 'reject',
  prepare: () => undefined,
  access: { reads: {}, neededBy: () => [], handle: bug },
});

it('lets a request proceed if the access phase of a guard is not needed', async () => {
  const errors: object[] = [];
  const write = (fields: object): void => void errors.push(fields);
  const log = { debug: write, info: write, warn: write, error: write };
  const event = {
    instance: { id: 1, configuration: preparedConfiguration(idle) },
    phase: 'access',
    sequence: 7,
  };
  const record = {
    metrics: new ServerMetrics(new Metrics(), holdsNothing),
    log,
    logsDecisions: false,
  };
  expect(await runEvent(event, () => Promise.reject(new Error('asked')), record)).toEqual(encodeAnswer(proceed(), 7));
  expect(errors).toEqual([]);
});
