import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { withCapturedCalls } from '../../../../kong/start/captured-calls';

interface Declared {
  readonly services: readonly {
    readonly name: string;
    readonly plugins?: readonly { readonly name: string; readonly config: Readonly<Record<string, unknown>> }[];
  }[];
}

const reference = readFileSync(join(__dirname, '../../../../kong/kong.yml'), 'utf8');
const configsOf = (text: string): Readonly<Record<string, unknown>>[] =>
  (parse(text, { merge: true }) as Declared).services.flatMap(({ plugins = [] }) =>
    plugins.filter(({ name }) => name === 'mcp-telemetry').map(({ config }) => config),
  );

it('records no tool call in the reference configuration, and every tool call in the demo', () => {
  const own = configsOf(reference);
  expect(own).toHaveLength(2);
  for (const config of own) expect(config).not.toHaveProperty('capture_tool_results');
  expect(configsOf(withCapturedCalls(reference))).toEqual(
    own.map((config) => ({ ...config, capture_tool_args: true, capture_tool_results: true })),
  );
});

it('changes nothing else', () => {
  const [before, after] = [reference, withCapturedCalls(reference)].map((text) => text.split('\n'));
  expect(after!.filter((line) => !/capture_tool_(?:args|results): true$/.test(line) || line.includes('#'))).toEqual(
    before,
  );
  expect(withCapturedCalls('plugins: []\n')).toBe('plugins: []\n');
});
