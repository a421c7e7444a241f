import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import { parseDocument } from 'yaml';
import { plugins } from '../../../plugins';

const folder = join(__dirname, '../../../docker');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly privileged?: boolean;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly aliases: readonly string[] } | null>>;
  readonly tmpfs?: readonly string[];
  readonly group_add?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: {
    readonly resources: Readonly<Record<string, { readonly cpus: string; readonly memory: string }>>;
  };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/** A compose file with its anchors merged; the tags `!override` and `!reset` of Compose are ignored, their values kept. */
function read(file: string): ComposeFile {
  const customTags = ['!override', '!reset'].flatMap((tag) => [
    { tag, collection: 'map' as const },
    { tag, collection: 'seq' as const },
  ]);
  const document = parseDocument(readFileSync(join(folder, file), 'utf8'), { merge: true, customTags });
  expect(document.errors).toEqual([]);
  return JSON.parse(JSON.stringify(document.toJS())) as ComposeFile;
}

/** A text with the defaults of its environment variables inserted. */
const filled = (text: string): string => text.replaceAll(/\$\{\w+:?-([^}]*)\}/g, '$1');

const networksOf = ({ networks = [] }: Service): readonly string[] =>
  Array.isArray(networks) ? (networks as readonly string[]) : Object.keys(networks);

const base = read('compose.yml');
const demo = read('compose.demo.yml');
const dev = read('compose.dev.yml');
const services = Object.entries(base.services);
/** The services that finish before others start. */
const ONE_SHOT = ['plugin-descriptions', 'file-permissions'];
const longRunning = services.filter(([name]) => !ONE_SHOT.includes(name));
const all = [...services, ...Object.entries(demo.services)];

const schema = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/compose-spec/compose-spec.json'), 'utf8'),
) as Record<string, unknown>;
// A draft-07 schema, with a `$schema` address that ajv does not know.
delete schema['$schema'];
const isComposeFile = new Ajv({ strict: false, validateFormats: false }).compile(schema);

it.each([
  ['compose.yml', base],
  ['compose.demo.yml', demo],
  ['compose.dev.yml', dev],
])('%s conforms to the Compose Specification', (_, file) => {
  isComposeFile(file);
  expect(isComposeFile.errors).toBeNull();
});

describe('every service', () => {
  it.each(services)('%s has a read-only filesystem, no privileges and limited resources', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { options: { 'max-size': '10m' } },
    });
    const { limits, reservations } = service.deploy?.resources ?? {};
    expect(Object.keys(limits ?? {}).sort()).toEqual(['cpus', 'memory', 'pids']);
    expect(Object.keys(reservations ?? {}).sort()).toEqual(['cpus', 'memory']);
    expect(service.privileged).toBeUndefined();
    expect(service.volumes ?? []).not.toContainEqual(expect.stringContaining('docker.sock'));
  });

  it.each(longRunning)('%s restarts and has a health check', (_, { restart, healthcheck }) => {
    expect(restart).toBe('unless-stopped');
    expect(healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it.each(all)('%s has an image with a fixed version', (_, { image = '' }) => {
    expect(filled(image)).toMatch(/^[\w./-]+:[\w.-]*\d[\w.-]*$/);
  });

  it.each(services)('%s reserves at most its limits', (_, { deploy }) => {
    const bytes = (text: string) => Number.parseFloat(text) * { M: 1, G: 1024 }[text.at(-1) as 'M' | 'G'];
    const { limits, reservations } = deploy!.resources;
    expect(Number(filled(reservations!.cpus))).toBeLessThanOrEqual(Number(filled(limits!.cpus)));
    expect(bytes(filled(reservations!.memory))).toBeLessThanOrEqual(bytes(filled(limits!.memory)));
  });

  it.each(services)('%s has a size limit for every tmpfs', (_, { tmpfs = [] }) => {
    for (const mount of tmpfs) expect(mount).toMatch(/^\/[\w/]+:(\S+,)?size=\d+m(,|$)/);
  });

  it.each([...services, ...Object.entries(dev.services)])('%s publishes on loopback only', (_, { ports = [] }) => {
    for (const port of ports) expect(filled(port)).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });
});

describe('a file or service that a service refers to', () => {
  it.each(services)('exists for %s: files, volumes, networks and services', (_, service) => {
    for (const volume of service.volumes ?? []) {
      const [source = '', target, mode] = volume.split(':');
      expect(target).toMatch(/^\//);
      if (!source.startsWith('.')) {
        expect(base.volumes).toHaveProperty([source]);
        continue;
      }
      expect(existsSync(resolve(folder, source))).toBe(true);
      expect(mode).toBe('ro');
    }
    for (const network of networksOf(service)) expect(base.networks).toHaveProperty([network]);
    for (const dependency of Object.keys(service.depends_on ?? {})) {
      expect(base.services).toHaveProperty([dependency]);
    }
  });

  it.each(all.filter(([, { build }]) => build))(
    'can be built for %s: context, Dockerfile and stage',
    (_, { build }) => {
      const dockerfile = readFileSync(resolve(folder, build!.context, build!.dockerfile), 'utf8');
      expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build!.target}$`, 'm'));
    },
  );

  it('is built by one service for each image, so that a second build recreates nothing', () => {
    const built = all.filter(([, { build }]) => build).map(([, { image }]) => image);
    expect(built.sort()).toEqual(['kong-ai-plugins/demo-upstreams:0.1.0', 'kong-ai-plugins/plugin-server:0.1.0']);
    const ours = all.map(([, { image = '' }]) => image).filter((image) => image.startsWith('kong-ai-plugins/'));
    expect([...new Set(ours)].sort()).toEqual(built);
  });

  it.each([
    ['demo', demo],
    ['development', dev],
  ])('exists for the overlay of the %s', (_, overlay) => {
    expect(Object.keys(base.services)).toEqual(expect.arrayContaining(Object.keys(overlay.services)));
  });

  it('is mounted from the clone only after file-permissions has checked it', () => {
    const sourcesOf = ({ volumes = [] }: Service) =>
      volumes.map((volume) => volume.split(':')[0]!).filter((source) => source.startsWith('.'));
    const checked = sourcesOf(base.services['file-permissions']!);
    for (const [name, service] of services.filter(([name, { volumes }]) => volumes && name !== 'file-permissions')) {
      for (const source of sourcesOf(service)) {
        expect(checked.some((file) => source === file || source.startsWith(`${file}/`))).toBe(true);
        expect([name, service.depends_on?.['file-permissions']]).toEqual([
          name,
          { condition: 'service_completed_successfully' },
        ]);
      }
    }
  });

  it('is documented if it comes from the environment', () => {
    const files = ['compose.yml', 'compose.demo.yml', 'compose.dev.yml'];
    const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
    const used = [...text.matchAll(/\$\{(\w+):?-([^}]*)\}/g)].map(([, name, value]) => `${name!}=${value!}`);
    const example = readFileSync(join(folder, '.env.example'), 'utf8');
    const documented = example.split('\n').filter((line) => /^\w/.test(line));
    expect([...new Set(used)].sort()).toEqual(documented.sort());
  });
});

describe('the gateway in a container', () => {
  const kong = base.services['kong']!;
  const conf = readFileSync(join(folder, '../kong/kong.conf'), 'utf8');
  const kongYml = readFileSync(join(folder, '../kong/kong.yml'), 'utf8');

  it('starts when the plugins are described and ready', () => {
    expect(kong.depends_on).toEqual({
      'file-permissions': { condition: 'service_completed_successfully' },
      'plugin-descriptions': { condition: 'service_completed_successfully' },
      'plugin-server': { condition: 'service_healthy' },
    });
  });

  it('finds socket and descriptions at the paths of kong.conf', () => {
    const shared = '/run/kong-ai-plugins';
    const places = [...conf.matchAll(/^pluginserver_\w+_(?:socket|query_cmd) = (?:cat )?(\S+)$/gm)].map(
      ([, at]) => at!,
    );
    expect(places.length).toBe(2 * plugins.length);
    for (const place of places) expect(place.startsWith(`${shared}/`)).toBe(true);
    for (const name of ['kong', 'plugin-server', 'plugin-descriptions']) {
      expect(base.services[name]!.volumes).toContainEqual(expect.stringMatching(`^plugin-sockets:${shared}(:ro)?$`));
    }
    const socket = places.find((place) => place.endsWith('.sock'))!;
    expect(base.services['plugin-server']!.command).toContain(`--socket=${socket}`);
    expect(base.services['plugin-descriptions']!.command).toEqual([
      ...['dump', '--all', '--out', shared],
      ...['--for', '/etc/kong/kong.yml'],
    ]);
    expect(base.services['plugin-descriptions']!.volumes).toContain('../kong/kong.yml:/etc/kong/kong.yml:ro');
  });

  it('finds every backend of kong.yml by the name of its service, at its port', () => {
    const targets = [...kongYml.matchAll(/- target: ([\w-]+):(\d+)/g)].map(([, host, port]) => [host!, port!] as const);
    expect(targets.length).toBe(6);
    for (const [host, port] of targets) {
      const service = base.services[host]!;
      expect(networksOf(service).filter((network) => networksOf(kong).includes(network))).not.toEqual([]);
      expect(JSON.stringify(service.healthcheck)).toContain(
        host === 'ollama' ? 'ollama' : `127.0.0.1:${host === 'plugin-server' ? '9464' : port}/`,
      );
    }
  });

  it('reports the health of every backend that it checks, but of the plugin server itself and the chat page', () => {
    const { command = [] } = base.services['plugin-server']!;
    const upstreams = [...kongYml.matchAll(/^ {2}- name: ([\w-]+-upstream)$/gm)].map(([, name]) => name!);
    const reported = upstreams.filter((name) => !['agent-upstream', 'chat-upstream'].includes(name));
    expect(command).toContain(`--health-upstreams=${reported.join()}`);
    expect(command).toContain('--kong-status=http://kong-on-control:9080');
  });

  it('separates backends from plugin server, Redis and monitoring', () => {
    for (const name of ['redis', 'prometheus', 'grafana', 'plugin-server']) {
      expect(networksOf(base.services[name]!)).toEqual(['control']);
    }
    for (const name of ['py-calculator', 'go-calculator', 'ollama', 'phoenix', 'chat']) {
      expect(networksOf(base.services[name]!)).toEqual(['backends']);
    }
  });

  it('has a prefix that its user can write to, even after a restart', () => {
    expect(kong.environment!['KONG_PREFIX']).toBe('/tmp/kong');
    expect(kong.tmpfs).toEqual([expect.stringMatching(/^\/tmp:(\S+,)?mode=1777$/)]);
  });

  it('has no Admin API, and its status listener on networks without backends', () => {
    expect(kong.environment).toMatchObject({
      KONG_ADMIN_LISTEN: 'off',
      KONG_ADMIN_GUI_LISTEN: 'off',
      KONG_STATUS_LISTEN: '127.0.0.1:9080, kong-on-access:9080, kong-on-control:9080',
    });
    expect(kong.networks).toEqual({
      access: { aliases: ['kong-on-access'] },
      backends: null,
      control: { aliases: ['kong-on-control'] },
    });
  });

  it('is alone on the network for published ports, whose name sorts first', () => {
    expect(Object.keys(base.networks!).sort()[0]).toBe('access');
    expect(services.filter(([, service]) => networksOf(service).includes('access')).map(([name]) => name)).toEqual([
      'kong',
    ]);
  });

  it('opens the Admin API for development on that network only', () => {
    expect(dev.services['kong']!.environment).toMatchObject({
      KONG_ADMIN_LISTEN: 'kong-on-access:8001',
      KONG_ADMIN_GUI_LISTEN: 'kong-on-access:8002',
    });
  });

  it('shares the group of the socket only with the plugin server', () => {
    const { command = [] } = base.services['plugin-server']!;
    const [, group = ''] = /--socket-group=(\d+)/.exec(command.join('\n'))!;
    expect(command.join()).not.toContain('--socket-mode');
    expect(services.filter(([, { group_add }]) => group_add).map(([name, { group_add }]) => [name, group_add])).toEqual(
      ['kong', 'plugin-server', 'plugin-descriptions'].map((name) => [name, [group]]),
    );
    const dockerfile = readFileSync(join(folder, 'plugin-server.Dockerfile'), 'utf8');
    expect(dockerfile).toContain(`install -d -o node -g ${group} -m 2750 /run/kong-ai-plugins`);
  });

  it('resolves the address of a container again within seconds', () => {
    expect(Number(/^dns_valid_ttl = (\d+)$/m.exec(conf)?.[1])).toBeLessThanOrEqual(5);
  });
});

it('configures Redis to reject new counters when it is full, and leaves no volume', () => {
  const { command = [], tmpfs } = base.services['redis']!;
  expect(command.join('\n')).toMatch(/^maxmemory-policy noeviction$/m);
  expect(tmpfs).toContainEqual(expect.stringMatching(/^\/data:size=/));
});
