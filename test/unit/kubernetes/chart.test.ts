import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { CHART_FILES, chartFiles, type Repository } from '../../../kong/generate/chart-files';
import { CHART_CASES, chartInputs, RENDERED } from '../../../kong/generate/chart-inputs';
import { plugins } from '../../../plugins';
import { readRules } from '../../support/monitoring-files';

const root = join(__dirname, '../../..');
const repository: Repository = {
  read: (path) => readFileSync(join(root, path), 'utf8'),
  list: (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(root, folder, name)).isFile(),
    ),
};

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly readOnly?: boolean;
  }[];
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly affinity: { readonly podAntiAffinity: object };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  } & Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

const renderings = [...CHART_CASES].map(([name, values]) => {
  const text = repository.read(`${RENDERED}/${name}.yml`);
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  return { name, values, text, manifests: documents.filter(Boolean) };
});
const rendering = (name: string): readonly Manifest[] => renderings.find((one) => one.name === name)!.manifests;

const one = (manifests: readonly Manifest[], kind: string, name: string): Manifest =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name)!;

const GATEWAY = 'gateway-kong-ai-plugins';
const podOf = (manifests: readonly Manifest[]): PodSpec => one(manifests, 'Deployment', GATEWAY).spec.template!.spec;

const containersOf = ({ initContainers = [], containers }: PodSpec): readonly Container[] => [
  ...initContainers,
  ...containers,
];
const named = (pod: PodSpec, name: string): Container =>
  containersOf(pod).find((container) => container.name === name)!;

const podsOf = (manifests: readonly Manifest[]): PodSpec[] =>
  manifests.flatMap(({ kind, spec }) =>
    kind === 'Pod' ? [spec as unknown as PodSpec] : kind === 'Deployment' ? [spec.template!.spec] : [],
  );

const variables = ({ env = [] }: Container): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(env.map(({ name, value }) => [name, value]));

describe('the files of the chart', () => {
  const wanted = chartFiles(repository, plugins);

  it('are all there, and no others', () => {
    expect(repository.list(CHART_FILES).toSorted()).toEqual([...wanted.keys()].toSorted());
  });

  it.each([...wanted])('%s is current', (name, text) => {
    if (repository.read(`${CHART_FILES}/${name}`) !== text) {
      throw new Error(`${CHART_FILES}/${name} is not current: run \`npm run build && npm run generate\``);
    }
  });

  it('reach the agent in the same pod', () => {
    expect(wanted.get('kong.yml')).toContain('127.0.0.1:9465');
    expect(wanted.get('kong.yml')).not.toContain('plugin-server:9465');
  });
});

describe.each(renderings)('the rendering $name', ({ name, values, text, manifests }) => {
  it('is current', () => {
    if (!text.startsWith(`# inputs: ${chartInputs(repository, values)}\n`)) {
      throw new Error(`${RENDERED}/${name}.yml is not current: run \`npm run check:kubernetes -- --write\``);
    }
  });

  it('limits and restricts every container', () => {
    for (const pod of podsOf(manifests)) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(pod.securityContext['runAsUser']).toBeGreaterThan(0);
      for (const { image, resources, securityContext } of containersOf(pod)) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        for (const kind of ['requests', 'limits'] as const) {
          expect(Object.keys(resources![kind]).toSorted()).toEqual(['cpu', 'memory']);
        }
        expect(image).toMatch(/:[\w.-]*\d[\w.-]*$|@sha256:[0-9a-f]{64}$/);
      }
    }
  });

  it('probes every container that keeps running', () => {
    for (const { spec } of manifests.filter(({ kind }) => kind === 'Deployment')) {
      for (const container of containersOf(spec.template!.spec)) {
        if (container.name === 'descriptions') continue;
        expect(container).toMatchObject({ readinessProbe: {}, livenessProbe: {} });
        const ports = container.ports!.map((port) => port.name);
        for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe].filter(
          (probe) => probe !== undefined,
        )) {
          if (httpGet) expect(ports).toContain(httpGet.port);
        }
      }
    }
  });

  it('mounts only volumes of the pod, and contains no secret', () => {
    for (const pod of podsOf(manifests)) {
      const volumes = (pod.volumes ?? []).map((volume) => volume['name']);
      for (const { volumeMounts = [], env = [] } of containersOf(pod)) {
        for (const mount of volumeMounts) expect(volumes).toContain(mount.name);
        const plain = env.filter((variable) => variable.valueFrom === undefined).map((variable) => variable.name);
        expect(
          plain.filter(
            (variable) => /PASSWORD|SECRET|TOKEN|_KEY$|HEADERS/.test(variable) && variable !== 'KONG_SSL_CERT_KEY',
          ),
        ).toEqual([]);
      }
    }
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('selects the pods of its own Deployment with each selector', () => {
    const labels = manifests.flatMap(({ kind, spec }) =>
      kind === 'Deployment' ? [spec.template!.metadata.labels] : [],
    );
    for (const { kind, spec } of manifests.filter((manifest) => manifest.kind === 'Service')) {
      const selector = Object.entries(spec.selector as unknown as Record<string, string>);
      const selected = labels.filter((one) => selector.every(([key, value]) => one[key] === value));
      expect([kind, selected.length]).toEqual([kind, 1]);
    }
  });

  it('gives Kong and the plugin server one folder and one group for the socket', () => {
    const pod = podOf(manifests);
    const [kong, server, dump] = ['kong', 'plugin-server', 'descriptions'].map((container) => named(pod, container));
    const { fsGroup } = pod.securityContext;
    const conf = repository.read('kong/kong.conf');
    const folders = new Set(
      [...conf.matchAll(/^pluginserver_\w+_socket = (.*)\/plugins\.sock$/gm)].map(([, at]) => at),
    );
    expect([...folders]).toEqual(['/run/kong-ai-plugins']);
    const mount = { name: 'sockets', mountPath: '/run/kong-ai-plugins', subPath: 'run' };
    expect(server!.volumeMounts).toContainEqual(mount);
    expect(kong!.volumeMounts).toContainEqual({ ...mount, readOnly: true });
    expect(server!.args).toEqual(
      expect.arrayContaining(['--socket=/run/kong-ai-plugins/plugins.sock', `--socket-group=${String(fsGroup)}`]),
    );
    expect(server!.args).not.toContainEqual(expect.stringMatching(/world-writable/));
    // A folder that `dump` makes: the root of the volume is writable for everyone.
    expect(dump!.args).toEqual(['dump', '--all', '--out', '/volume/run', '--for', '/etc/kong/kong.yml']);
    expect(dump!.volumeMounts).toContainEqual({ name: 'sockets', mountPath: '/volume' });
    expect(pod.volumes).toContainEqual({ name: 'sockets', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } });
  });

  it('starts the plugin server before Kong, and stops it after Kong', () => {
    const pod = podOf(manifests);
    expect(pod.initContainers!.map(({ name: container, restartPolicy }) => [container, restartPolicy])).toEqual([
      ['descriptions', undefined],
      ['plugin-server', 'Always'],
    ]);
    expect(named(pod, 'plugin-server').startupProbe!.httpGet!.path).toBe('/readyz');
    const [, , wait, timeout] = named(pod, 'kong').lifecycle!.preStop.exec.command;
    const seconds = [wait, timeout].map((option) => Number(/\d+$/.exec(option!)![0]));
    const stopTimeout = 10;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(seconds[0]! + seconds[1]! + stopTimeout);
  });

  it('lets Kong read the settings of the repository, and opens no Admin API', () => {
    const kong = named(podOf(manifests), 'kong');
    expect(kong.volumeMounts).toContainEqual({ name: 'config', mountPath: '/etc/kong', readOnly: true });
    expect(variables(kong)).toMatchObject({
      KONG_ADMIN_LISTEN: 'off',
      KONG_ADMIN_GUI_LISTEN: 'off',
      KONG_STATUS_LISTEN: '0.0.0.0:9080',
      KONG_PREFIX: '/tmp/kong',
    });
    // What the ConfigMap says must not be hidden by the environment.
    const names = Object.keys(variables(kong));
    expect(names.filter((variable) => /PLUGIN|DECLARATIVE|DATABASE|NGINX_HTTP/.test(variable))).toEqual([]);
  });
});

describe('the defaults', () => {
  const pod = podOf(rendering('default'));
  const compose = parse(repository.read('docker/compose.yml'), { merge: true }) as {
    services: Readonly<
      Record<
        string,
        { image: string; deploy: { resources: Readonly<Record<string, { cpus: string; memory: string }>> } }
      >
    >;
  };

  it.each([
    ['kong', 'kong'],
    ['plugin-server', 'plugin-server'],
  ])('give %s what compose.yml gives it', (container, service) => {
    const cores = (text: string): number => (text.endsWith('m') ? Number.parseFloat(text) / 1000 : Number(text));
    const { limits, reservations } = compose.services[service]!.deploy.resources;
    const { resources, image } = named(pod, container);
    expect(cores(resources!.limits['cpu']!)).toBe(Number(limits!.cpus));
    expect(cores(resources!.requests['cpu']!)).toBe(Number(reservations!.cpus));
    expect(resources!.limits['memory']).toBe(`${limits!.memory}i`);
    expect(resources!.requests['memory']).toBe(`${reservations!.memory}i`);
    expect(image).toBe(compose.services[service]!.image.replace(/^\$\{\w+:-(.*)\}$/, '$1'));
  });

  it('use as many workers as the CPU limit', () => {
    const kong = named(pod, 'kong');
    expect(variables(kong)['KONG_NGINX_WORKER_PROCESSES']).toBe(kong.resources!.limits['cpu']);
  });

  it('need neither the Prometheus Operator nor a metrics server', () => {
    const kinds = rendering('default').map(({ kind }) => kind);
    expect([...new Set(kinds)].toSorted()).toEqual(
      [
        'ConfigMap',
        'Deployment',
        'NetworkPolicy',
        'Pod',
        'PodDisruptionBudget',
        'Service',
        'ServiceAccount',
      ].toSorted(),
    );
  });

  it('spread the pods', () => {
    expect(JSON.stringify(pod.affinity.podAntiAffinity)).toContain('kubernetes.io/hostname');
  });

  it('close everything but the proxy', () => {
    const { spec } = one(rendering('default'), 'NetworkPolicy', GATEWAY);
    const [proxy, others, ...more] = spec['ingress'] as { ports: { port: string }[]; from?: object[] }[];
    expect(more).toEqual([]);
    expect(proxy!.ports.map(({ port }) => port)).toEqual(['proxy']);
    expect(others!.ports.map(({ port }) => port)).toEqual(['status', 'metrics']);
    expect(others!.from!.length).toBeGreaterThan(0);
  });
});

describe('in production', () => {
  const manifests = rendering('production');

  it('the number of pods belongs to the autoscaler, which looks at each container', () => {
    expect(one(manifests, 'Deployment', GATEWAY).spec.replicas).toBeUndefined();
    const { spec } = one(manifests, 'HorizontalPodAutoscaler', GATEWAY);
    const metrics = spec['metrics'] as { containerResource: { container: string } }[];
    expect(metrics.map(({ containerResource }) => containerResource.container)).toEqual(['kong', 'plugin-server']);
  });

  it('Prometheus scrapes the jobs that the rules name, and keeps the labels of the metrics', () => {
    const monitors = manifests.filter(({ kind }) => kind === 'ServiceMonitor');
    const endpoints = monitors.flatMap(
      ({ spec }) =>
        spec['endpoints'] as { honorLabels: boolean; relabelings: { targetLabel: string; replacement: string }[] }[],
    );
    const jobs = endpoints.map(({ relabelings: [relabeling] }) => relabeling!.replacement);
    for (const { honorLabels, relabelings } of endpoints) {
      expect(honorLabels).toBe(true);
      expect(relabelings[0]!.targetLabel).toBe('job');
    }
    const used = readRules().flatMap(({ expr }) => [...expr.matchAll(/job="([\w-]+)"/g)].map(([, job]) => job!));
    // An exporter beside the gateway scrapes certificates; without it these rules have no data.
    expect(new Set(jobs)).toEqual(new Set(used.filter((job) => job !== 'certificates')));
  });

  it('has the rules, which the check compares with their files', () => {
    expect(one(manifests, 'PrometheusRule', GATEWAY).metadata.labels['release']).toBe('kube-prometheus-stack');
  });

  it('has a ConfigMap for each dashboard', () => {
    const dashboards = manifests.filter(({ metadata }) => metadata.labels['grafana_dashboard'] === '1');
    expect(dashboards.flatMap(({ data }) => Object.keys(data!))).toEqual(['gateway.json', 'llm.json', 'mcp.json']);
  });

  it('Redis rejects what does not fit, and only the gateway reaches it', () => {
    const redis = one(manifests, 'Deployment', `${GATEWAY}-redis`).spec.template!.spec;
    expect(JSON.stringify(redis)).toContain('maxmemory-policy noeviction');
    const { spec } = one(manifests, 'NetworkPolicy', `${GATEWAY}-redis`);
    const [counters] = spec['ingress'] as { ports: object[]; from: object[] }[];
    expect(JSON.stringify(counters!.from)).toContain('"app.kubernetes.io/component":"gateway"');
    expect(spec['policyTypes']).toEqual(['Ingress', 'Egress']);
    const password = named(podOf(manifests), 'kong').env!.find(({ name }) => name === 'REDIS_PASSWORD')!;
    expect(password.valueFrom).toEqual({ secretKeyRef: { name: 'gateway-redis', key: 'password' } });
  });
});

it('serves the demo backends under the names and ports of kong.yml', () => {
  const services = rendering('demo').filter(({ kind }) => kind === 'Service');
  const served = services.map(
    ({ metadata, spec }) => `${metadata.name}:${(spec['ports'] as { port: number }[])[0]!.port}`,
  );
  const kong = repository.read(`${CHART_FILES}/kong.yml`);
  const targets = [...kong.matchAll(/- target: (\S+)$/gm)].map(([, target]) => target!);
  expect(targets.filter((target) => !served.includes(target))).toEqual(['127.0.0.1:9465']);
});

describe('the values for the official chart', () => {
  const values = parse(repository.read('kubernetes/kong-chart.yml')) as {
    plugins: { preInstalled: string };
    env: Readonly<Record<string, string>>;
    resources: object;
    securityContext: { fsGroup: number };
    terminationGracePeriodSeconds: number;
    lifecycle: object;
    deployment: { initContainers: Container[]; userDefinedVolumes: object[]; userDefinedVolumeMounts: object[] };
  };
  const pod = podOf(rendering('default'));

  it('name the plugins of kong.conf', () => {
    const [, names] = /^plugins = bundled,(.*)$/m.exec(repository.read('kong/kong.conf'))!;
    expect(values.plugins.preInstalled).toBe(names);
    expect(values.env['proxy_access_log']).toBe(
      /^proxy_access_log = (.*)$/m.exec(repository.read('kong/kong.conf'))![1],
    );
  });

  it('run the plugin server as our chart does', () => {
    const [dump, server] = values.deployment.initContainers;
    const ours = named(pod, 'plugin-server');
    const { env, imagePullPolicy, securityContext, ...rest } = ours as Container & { imagePullPolicy: string };
    expect(imagePullPolicy).toBe('IfNotPresent');
    // Another port for the status of Kong.
    const args = rest.args?.map((option) => option.replace('9080', '8100'));
    expect(server).toMatchObject({ ...rest, args });
    expect(server!.securityContext).toMatchObject({ ...securityContext, runAsNonRoot: true, runAsUser: 1000 });
    expect(env!.filter(({ name }) => name !== 'LOG_LEVEL')).toEqual(server!.env);
    expect(dump!.args).toEqual(['dump', '--all', '--out', '/volume/run', '--for', '/kong_dbless/kong.yml']);
    expect(values.securityContext.fsGroup).toBe(pod.securityContext['fsGroup']);
    expect(values.resources).toEqual(named(pod, 'kong').resources);
    expect(values.lifecycle).toEqual(named(pod, 'kong').lifecycle);
    expect(values.terminationGracePeriodSeconds).toBe(pod.terminationGracePeriodSeconds);
    expect(values.deployment.userDefinedVolumeMounts).toContainEqual({
      name: 'sockets',
      mountPath: '/run/kong-ai-plugins',
      subPath: 'run',
      readOnly: true,
    });
  });
});
