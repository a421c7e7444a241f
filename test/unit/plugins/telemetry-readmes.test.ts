import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { llmTelemetry } from '../../../plugins/llm-telemetry';
import { mcpTelemetry } from '../../../plugins/mcp-telemetry';

interface Fragment {
  services: { plugins: { name: string; config?: object }[] }[];
}

describe.each([llmTelemetry, mcpTelemetry])('the README of $name', ({ name, fields }) => {
  const text = readFileSync(join(__dirname, '../../../plugins', name, 'README.md'), 'utf8');
  const [configuration = ''] = text.split('## Configuration')[1]?.split('##') ?? [];

  it('has a fragment whose fields are the plugin’s', () => {
    const { services } = parse(/```yaml\n(.*?)```/s.exec(text)![1]!) as Fragment;
    const { config = {} } = services[0]!.plugins.find((plugin) => plugin.name === name)!;
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(config)));
  });

  it('explains every field and no other', () => {
    const first = configuration.split('\n').flatMap((line) => /^\|(.*?)\|/.exec(line)?.slice(1) ?? []);
    const explained = first.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, field]) => field));
    expect(explained.sort()).toEqual(Object.keys(fields).sort());
  });

  it('names the default of each field that has a simple one', () => {
    for (const [field, { attributes }] of Object.entries(fields)) {
      const value = attributes.default;
      if (typeof value === 'object' || value === undefined) continue;
      const row = configuration.split('\n').find((line) => line.split('|')[1]?.includes(`\`${field}\``))!;
      expect(row).toContain(`\`${String(value as string | number | boolean)}\``);
    }
  });

  it('has descriptions that Kong accepts', () => {
    for (const { attributes } of Object.values(fields)) {
      expect(attributes.description.length).toBeGreaterThanOrEqual(10);
      expect(attributes.description.length).toBeLessThanOrEqual(500);
    }
  });
});
