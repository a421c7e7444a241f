import fc from 'fast-check';
import { Metrics } from '../../../../../kong/pdk';
import { readConfig } from '../../../../../kong/pdk/read-config';
import { silentLog } from '../../../../../kong/testkit/silent-log';
import { wantsHold } from '../../../../../plugins/mcp-validator/lists/hold';
import { checksOutputOf } from '../../../../../plugins/mcp-validator/lists/must-check';
import { fields, fieldsWithResponse } from '../../../../../plugins/mcp-validator/schema';
import { prepare } from '../../../../../plugins/mcp-validator/state';

const globs = fc.subarray(['a', 'b*']);
const rules = fc.subarray([{ consumers: ['alice'], deny: ['a'] }]);
const kind = fc.record({ allow: globs, deny: globs, rules });
const SCHEMA = '{"type":"object"}';
const config = fc.record(
  {
    mode: fc.constantFrom('enforce', 'report'),
    list_policy: fc.constantFrom('off', 'hide'),
    output_schemas: fc.constantFrom('off', 'warn', 'strict'),
    unknown_tools: fc.constantFrom('pass', 'deny'),
    pin: fc.constantFrom('report', 'enforce'),
    access: fc.record({
      default: fc.constantFrom('allow', 'deny'),
      rules: fc.array(
        fc.record({
          methods: fc.constantFrom(['tools/call'], ['resources/read'], ['ping'], ['*']),
          names: fc.constant(['a']),
        }),
        { maxLength: 1 },
      ),
    }),
    tools: fc
      .tuple(
        kind,
        fc.record({
          learn: fc.constantFrom('off', 'report', 'enforce'),
          schemas: fc.constantFrom({}, { a: SCHEMA }),
          output_schemas: fc.constantFrom({}, { a: SCHEMA }),
          pins: fc.constantFrom({}, { a: '0'.repeat(64) }),
        }),
      )
      .map(([lists, more]) => ({ ...lists, ...more })),
    prompts: kind,
    resources: kind,
  },
  { requiredKeys: [] },
);
const LISTS = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'];
const REQUESTS = [...LISTS.map((method) => ({ method })), { method: 'tools/call', name: 'a' }];

it('asks Kong for the response phase exactly if the response to some request is held, for every configuration', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(config, (given) => {
      const read = readConfig(fields, given);
      const { holds, rules: compiled } = prepare(read, {
        metrics: new Metrics(),
        log: silentLog,
        now: () => 0,
        env: {},
        scope: {},
      });
      const mayHold = REQUESTS.some((message) =>
        wantsHold({ batch: false, messages: [{ kind: 'request', id: 1, ...message }] }, holds, (tool) =>
          checksOutputOf(tool, compiled.outputs, new Map()),
        ),
      );
      seen.add(mayHold);
      expect(fieldsWithResponse(read).length > 0).toBe(mayHold);
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
  );
  expect(seen.size).toBe(2);
});
