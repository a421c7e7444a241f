import { KONG_VERSION } from '../../kong/stand-in/kong-version';
import { CASES } from './cases';
import { startGateways, type Gateways } from './gateways';
import { hasKong, kongVersion } from './kong-process';

const isThere = hasKong();
if (!isThere) process.stderr.write('differential tests skipped: there is no `kong` on PATH\n');
const suite = isThere ? describe : describe.skip;

suite('the stand-in and Kong', () => {
  let gateways: Gateways;
  beforeAll(async () => {
    gateways = await startGateways();
  }, 120_000);
  afterAll(async () => {
    await gateways.stop();
  }, 60_000);

  it('are compared with the version that the stand-in emulates', () => {
    expect(kongVersion()).toBe(KONG_VERSION);
  });

  describe.each(CASES)('%s', (_room, cases) => {
    it.each(cases.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
      const expected = await gateways.observe('kong', test);
      const actual = await gateways.observe('stand-in', test);
      if (test.status !== undefined) expect(actual.responses[0]?.statusLine).toMatch(` ${test.status} `);
      switch (test.differs) {
        case undefined:
          expect(actual).toEqual(expected);
          break;
        case 'log':
          expect({ ...actual, log: [] }).toEqual({ ...expected, log: [] });
          break;
        case 'upstream':
          expect(actual.responses).toEqual(expected.responses);
          break;
        case 'stricter':
          expect(actual.responses[0]?.statusLine ?? 'closed').toMatch(/^(?:HTTP\/1\.1 4|closed)/);
          expect(actual.upstream).toEqual([]);
          break;
        case 'status':
          expect(actual.responses[0]?.statusLine).toMatch(/^HTTP\/1\.1 [45]/);
      }
    });
  });
});
