import fc from 'fast-check';
import { compileAccessRules } from '../../../../../plugins/mcp-validator/access/access-rules';
import {
  admits,
  admitsTemplate,
  checkAdmission,
  checkAuthorization,
} from '../../../../../plugins/mcp-validator/access/check-access';
import { visiblePolicy } from '../../../../../plugins/mcp-validator/access/visible';
import { listPolicyOf, readingsOfList } from '../../../../../plugins/mcp-validator/lists/list-policy';
import type { CallerFacts } from '../../../../../plugins/mcp-validator/policy/caller-rules';
import type { ParsedMessage } from '../../../../../plugins/shared/mcp/json-rpc/message';
import { MAX_READ_LENGTH, newReadingBudget } from '../../../../../plugins/shared/mcp/resource-uris/readings';
import { UriReadings } from '../../../../../plugins/shared/mcp/resource-uris/uri-readings';
import { rulesOf } from '../request';

const RULE = { methods: ['*'], authenticated: false, scopes: [], groups: ['staff'], consumers: [], clients: [] };
const accessOf = (names: readonly (readonly string[])[]) =>
  compileAccessRules({
    access: { default: 'allow', rules: names.map((one) => ({ ...RULE, names: one, claims: {} })) },
  }).access!;

/** A token without the group: it may use what no rule is about. */
const caller: CallerFacts = {
  consumer: undefined,
  groups: [],
  identity: { kind: 'token', principal: 'p', scopes: [], groups: [], claims: {}, challenge: '', required: [] },
};

/** About 20 readings each; none is plain. */
const uriOf = (index: number): string => `https://host-${index}.example/a%20b/../x;v=1?q=${index}#top`;
const manyRules = Array.from({ length: 100 }, (_, index) => [`file:///never/${index}/*`]);

/** The length of the readings that were computed. */
function work(ask: (readings: UriReadings) => void): number {
  const budget = newReadingBudget();
  ask(new UriReadings(budget));
  return MAX_READ_LENGTH - budget.left;
}

const read = (uri: string, id: number): ParsedMessage => ({
  kind: 'request',
  id,
  method: 'resources/read',
  params: { uri },
});

it('computes the readings of a URI once for 100 rules, both checks and the policy', () => {
  const one = work((readings) => readings.of(uriOf(1)));
  expect(one).toBeGreaterThan(500);
  const access = accessOf(manyRules);
  const { resources } = rulesOf({ resources: { deny: ['file:///etc/*'], rules: [{ deny: ['ftp://*'] }] } }).policyOf(
    undefined,
  );
  const message = read(uriOf(1), 1);
  const all = work((readings) => {
    expect(resources.allows(uriOf(1), readings)).toBe(true);
    expect(checkAdmission(message as never, '2025-11-25', { access }, caller, readings)).toBeUndefined();
    expect(checkAuthorization([message], { access }, caller, readings)).toBeUndefined();
  });
  expect(all).toBe(one);
});

it('spends one budget for all messages of a batch; then URIs count as ones that a rule is about', () => {
  const access = accessOf(manyRules);
  const budget = newReadingBudget();
  const readings = new UriReadings(budget);
  const faults = Array.from({ length: 200 }, (_, id) =>
    checkAdmission(read(uriOf(id), id) as never, '2025-11-25', { access }, caller, readings),
  );
  const passed = faults.findIndex((fault) => fault !== undefined);
  expect(passed).toBeGreaterThan(20);
  expect(faults.slice(passed).every((fault) => fault?.reason === 'access_denied')).toBe(true);
  // Beyond the budget, a URI costs no more than its own length.
  expect(budget.left).toBeGreaterThan(-200 * 300);
});

it('reads each URI of a list once, within a budget by its length, with 100 rules', () => {
  const access = accessOf(manyRules);
  const uris = Array.from({ length: 300 }, (_, index) => uriOf(index));
  const bytes = uris.reduce((sum, uri) => sum + `{"uri":"${uri}","name":"x"},`.length, 0);
  const budget = { left: 1_000_000_000 };
  const readings = new UriReadings(budget);
  const { policyOf, unknownTools, configuredTools } = rulesOf({});
  const policy = visiblePolicy(policyOf(caller), { access }, caller, readings);
  const list = listPolicyOf(policy, { unknownTools }, configuredTools, undefined, readings);
  const resources = { kind: 'resources', array: 'resources', name: 'uri' } as const;
  expect(uris.every((uri) => list.shows(resources, uri))).toBe(true);
  const spent = 1_000_000_000 - budget.left;
  expect(spent).toBe(uris.reduce((sum, uri) => sum + work((one) => one.of(uri)), 0));
  // Real lists stay within what their length allows, and so are shown.
  const real = uris.map((_, index) => `https://docs.example.com/a%20b/page-${index}?lang=en`);
  const listed = readingsOfList(bytes);
  expect(real.every((uri) => listed.of(uri) !== undefined)).toBe(true);
});

it('shared readings decide as readings of their own do, for all rules, URIs and templates', () => {
  const part = fc.constantFrom('/', '//', '..', '%2e', '%25', ';', '?', '#', 'a', ' ', ':', 'ü', 'etc', '\\');
  const uri = fc
    .tuple(fc.constantFrom('file:///', 'https://h/', 'note:', ''), fc.array(part, { maxLength: 6 }))
    .map(([scheme, parts]) => scheme + parts.join(''));
  const glob = fc.constantFrom('file:///etc/*', 'file:///a', 'https://h/*', '*', 'note:a?', 'FILE:///A*', '*;*');
  const names = fc.array(fc.array(glob, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(names, fc.array(uri, { maxLength: 5 }), (given, uris) => {
      const access = accessOf(given);
      const shared = new UriReadings({ left: Infinity });
      for (const one of [...uris, ...uris]) {
        const own = () => new UriReadings({ left: Infinity });
        const template = `${one}{x}`;
        expect(admits(access, caller, 'resources/read', one, shared)).toBe(
          given.every((rule) => admits(accessOf([rule]), caller, 'resources/read', one, own())),
        );
        expect(admitsTemplate(access, caller, template, shared)).toBe(
          given.every((rule) => admitsTemplate(accessOf([rule]), caller, template, own())),
        );
      }
    }),
    { numRuns: 200 },
  );
});

it('keeps no more readings than the budget of a request, and reads the last URI once', () => {
  const budget = { left: Infinity };
  const readings = new UriReadings(budget);
  const first = readings.of(uriOf(0));
  for (let index = 1; index < 300; index++) readings.of(uriOf(index));
  expect(readings.of(uriOf(299))).toBe(readings.of(uriOf(299)));
  expect(readings.of(uriOf(0))).not.toBe(first);
  expect(readings.of(uriOf(0))).toEqual(first);
});
