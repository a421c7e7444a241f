import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { checkLogIntake } from '../../../../kong/check/check-log-intake';
import { checkText } from '../../../../kong/check/command';
import { plugins } from '../../../../plugins';

const check = (text: string): string => checkText('intake.yml', text, plugins, true, checkLogIntake).output;

it('accepts the file of the profile', () => {
  expect(check(readFileSync('kong/profiles/log-intake.yml', 'utf8'))).toBe('intake.yml: ok\n');
});

it.each([
  ['no endpoint', '{}', /expected a name for each endpoint/],
  ['a list', '[1]', /expected a name for each endpoint/],
  ['a name that is no part of a URL', 'a/b: { mcp-telemetry: {} }', /:1: error: a\/b: not a name of an endpoint/],
  ['no plugin', 'mcp: {}', /:1: error: mcp: no plugin. Fix: add one of: llm-telemetry, mcp-telemetry/],
  ['a guard', 'mcp: { mcp-validator: {} }', /mcp.mcp-validator: unknown field/],
  [
    'an unknown field',
    'mcp:\n  mcp-telemetry:\n    namespac: x',
    /:3: error: mcp.mcp-telemetry.namespac: unknown field. Fix: did you mean "namespace"/,
  ],
  ['a wrong value', 'mcp: { mcp-telemetry: { max_tools: 0 } }', /max_tools: 0 is not between 1 and 10000/],
  ['a rule across fields', 'mcp: { mcp-telemetry: { redact_patterns: ["("] } }', /mcp-telemetry\.redact_patterns/],
  [
    'a reference',
    'mcp: { mcp-telemetry: { otlp_url: "{vault://env/url}" } }',
    /otlp_url: a {vault:\/\/} reference works only in/,
  ],
])('reports %s', (_name, text, expected) => {
  expect(check(text)).toMatch(expected);
});

describe('a declarative file with http-log', () => {
  const byHttpLog = { name: 'http-log', config: { custom_fields_by_lua: { ctx_shared: 'return 1' } } };
  const byFunction = {
    name: 'pre-function',
    config: { log: [readFileSync('kong/lua/share-with-http-log.lua', 'utf8')] },
  };
  const withFields = (fields: object | undefined, added: object = byFunction) =>
    stringify({
      _format_version: '3.0',
      plugins: [
        { name: 'mcp-validator' },
        added,
        { name: 'file-log', config: { path: '/dev/stdout', ...(fields && { custom_fields_by_lua: fields }) } },
      ],
    });
  const output = (text: string) => checkText('kong.yml', text, plugins, false).output;

  it.each([undefined, { 'request.headers': 'return nil' }])(
    'warns of a later log that writes the bodies: %j',
    (fields) => {
      for (const added of [byFunction, byHttpLog]) {
        const found = output(withFields(fields, added));
        expect(found).toMatch(/file-log writes the bodies .* Fix: add "ctx_shared: return nil"/);
      }
    },
  );

  it('is ok if the later log removes them', () => {
    expect(output(withFields({ ctx_shared: 'return nil' }))).not.toContain('file-log');
  });

  it('is ok in the profile', () => {
    expect(output(readFileSync('kong/profiles/telemetry-batches.yml', 'utf8'))).toBe('kong.yml: ok\n');
  });
});
