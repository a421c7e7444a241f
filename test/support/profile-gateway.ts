import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { buildConfig, type SourceFile } from '../../kong/config/build-config';
import { send } from '../../kong/testkit/http';
import { until } from '../../kong/testkit/until';
import { plugins } from '../../plugins';

const KONG = join(__dirname, '..', '..', 'kong');
const source = (name: string): SourceFile => ({ name, text: readFileSync(join(KONG, name), 'utf8') });

/** Builds kong.yml with overlays of kong/profiles. @throws with the report of the errors */
export function buildProfile(names: readonly string[], variables: Readonly<Record<string, string>> = {}): string {
  const overlays = names.map((name) => source(join('profiles', `${name}.yml`)));
  const built = buildConfig({ base: source('kong.yml'), overlays, variables, plugins, format: 'kong' });
  if (!built.ok) throw new Error(built.report);
  return built.text;
}

/** Requests in a row that the workers must answer with the new configuration; each worker loads it by itself. */
const ANSWERS_IN_A_ROW = 12;
let loaded = 0;

/** Loads a declarative file into a running Kong, and waits until all workers use it. @throws with Kong's errors */
export async function loadConfig(adminUrl: string, proxyUrl: string, text: string): Promise<void> {
  const marker = `configuration ${(loaded += 1)}`;
  const file = parse(text) as { routes?: object[]; plugins: object[] };
  const route = { name: 'loaded', paths: ['/loaded'] };
  const form = new FormData();
  form.set(
    'config',
    stringify(
      {
        ...file,
        routes: [...(file.routes ?? []), route],
        plugins: [
          ...file.plugins,
          { name: 'request-termination', route: 'loaded', config: { status_code: 200, message: marker } },
          { name: 'rate-limiting', route: 'loaded', config: { hour: 1_000_000, policy: 'local' } },
          { name: 'ip-restriction', route: 'loaded', config: { deny: ['192.0.2.1'] } },
        ],
      },
      { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false },
    ),
  );
  const response = await fetch(`${adminUrl}/config`, { method: 'POST', body: form });
  if (!response.ok) throw new Error(`Kong rejects the file: ${await response.text()}`);
  let inARow = 0;
  await until(
    async () => {
      const { body } = await send(`${proxyUrl}/loaded`);
      inARow = body.toString().includes(marker) ? inARow + 1 : 0;
      return inARow >= ANSWERS_IN_A_ROW;
    },
    'all workers to load the file',
    30_000,
  );
}
