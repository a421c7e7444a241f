import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { parse, stringify } from 'yaml';
import { until } from '../../kong/testkit/until';
import { startUpstream } from '../../kong/testkit/upstream';
import { freePorts } from '../support/free-ports';
import { dockerFolder } from '../support/monitoring-files';
import { missingPrograms, startProcess, type RunningProcess } from '../support/running-process';

/** The files of docker/overlays about monitoring, read by the programs of Debian. Only addresses and times are changed. */
const folder = mkdtempSync(join(tmpdir(), 'monitoring-'));
chmodSync(folder, 0o755);
const processes: RunningProcess[] = [];
afterAll(async () => {
  for (const process of processes) await process.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** `describe`, or `describe.skip` with a name that says what is missing. */
function overlay(name: string, programs: readonly string[], body: () => void): void {
  const missing = missingPrograms(...programs);
  if (missing.length === 0) describe(name, body);
  else describe.skip(`${name} (skipped: install ${missing.join(', ')})`, body);
}

const read = (...path: string[]): string => readFileSync(dockerFolder(...path), 'utf8');

interface PrometheusConfig {
  global: object;
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs?: { targets: string[] }[] }[];
}

/** Starts Prometheus with a configuration in a folder of its own; returns its address. */
async function startPrometheus(name: string, config: PrometheusConfig): Promise<string> {
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const file = join(folder, name, 'prometheus.yml');
  config.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
  writeFileSync(file, stringify(config));
  const data = `--storage.tsdb.path=${join(folder, name, 'data')}`;
  processes.push(startProcess('prometheus', [`--config.file=${file}`, data, `--web.listen-address=${address}`]));
  await until(async () => (await fetch(`http://${address}/-/ready`).catch(() => undefined))?.ok, name, 30_000);
  return address;
}

const query = async (address: string, expression: string) => {
  const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result;
};

/** The base configuration with rules whose alerts fire at once; its targets do not exist. */
function baseConfig(name: string): PrometheusConfig {
  for (const sub of ['rules', 'alertmanagers', 'targets']) mkdirSync(join(folder, name, sub), { recursive: true });
  for (const file of ['alerts.yml', 'certificates.yml']) {
    const rules = read('prometheus', 'rules', file).replaceAll(/^( +)for: .*$/gm, '$1for: 1s');
    writeFileSync(join(folder, name, 'rules', file), rules);
  }
  const config = parse(read('prometheus', 'prometheus.yml')) as PrometheusConfig;
  for (const { static_configs = [] } of config.scrape_configs) {
    for (const group of static_configs) group.targets = group.targets.map(() => '127.0.0.1:1');
  }
  return config;
}

overlay('alertmanager', ['prometheus', 'prometheus-alertmanager'], () => {
  it('an alert of Prometheus arrives at the receiver, and other alerts of a gateway that is down do not', async () => {
    const received: { status: string; alerts: { labels: Record<string, string>; annotations: object }[] }[] = [];
    const receiver = await startUpstream((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        received.push(JSON.parse(text) as (typeof received)[number]);
        response.end();
      });
    });
    const [port] = await freePorts(1);
    const config = read('overlays', 'alertmanager', 'config.yml')
      .replace('http://alert-receiver:8080/alerts', receiver.url)
      .replaceAll(/group_wait: \d+s/g, 'group_wait: 1s');
    const file = join(folder, 'alertmanager.yml');
    writeFileSync(file, config);
    const args = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='];
    processes.push(
      startProcess('prometheus-alertmanager', [`--config.file=${file}`, `--storage.path=${folder}/am`, ...args]),
    );
    const base = baseConfig('alerts');
    const target = read('overlays', 'alertmanager', 'target.yml').replace('alertmanager:9093', `127.0.0.1:${port}`);
    writeFileSync(join(folder, 'alerts', 'alertmanagers', 'alertmanager.yml'), target);
    await startPrometheus('alerts', base);
    const alerts = () => received.flatMap((message) => message.alerts);
    const down = await until(
      () => alerts().find(({ labels }) => labels['alertname'] === 'GatewayDown'),
      'the alert GatewayDown',
      60_000,
    );
    expect(down).toMatchObject({
      labels: { severity: 'critical', job: 'kong' },
      annotations: { summary: 'Kong at 127.0.0.1:1 is down' },
    });
    expect(alerts().filter(({ labels }) => labels['severity'] === 'warning')).toEqual([]);
    await receiver.close();
  }, 120_000);
});

overlay('certificates', ['prometheus', 'prometheus-blackbox-exporter', 'openssl'], () => {
  it('a certificate that expires in ten days raises an alert', async () => {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=gateway.example.com', '-days', '10'];
    const made = spawnSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
      { encoding: 'utf8' },
    );
    expect([made.status, made.status === 0 ? '' : made.stderr]).toEqual([0, '']);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) });
    const [tls, exporter] = (await freePorts(2)) as [number, number];
    server
      .on('tlsClientError', () => undefined)
      .on('secureConnection', (socket) => socket.on('error', () => undefined));
    await new Promise<void>((done) => {
      server.listen(tls, '127.0.0.1', done);
    });
    copyFileSync(dockerFolder('overlays', 'certificates', 'config.yml'), join(folder, 'blackbox.yml'));
    processes.push(
      startProcess('prometheus-blackbox-exporter', [
        `--config.file=${join(folder, 'blackbox.yml')}`,
        `--web.listen-address=127.0.0.1:${exporter}`,
      ]),
    );
    const base = baseConfig('certificates');
    const targets = read('overlays', 'certificates', 'targets.yml')
      .replace('certificate-exporter:9115', `127.0.0.1:${exporter}`)
      .replace('kong-on-control:8443', `127.0.0.1:${tls}`);
    writeFileSync(join(folder, 'certificates', 'targets', 'certificates.yml'), targets);
    const prometheus = await startPrometheus('certificates', base);
    const firing = 'ALERTS{alertname="CertificateExpires",alertstate="firing"}';
    const [alert] = await until(
      async () => {
        const found = await query(prometheus, firing);
        return found.length > 0 && found;
      },
      'the alert CertificateExpires',
      60_000,
    );
    expect(alert!.metric).toMatchObject({ job: 'certificates', instance: 'kong:8443', subject: 'kong:8443' });
    const [left] = await query(prometheus, '(x509_cert_expiry - time()) / 86400');
    expect(Math.round(Number(left!.value[1]))).toBe(10);
    server.close();
  }, 120_000);
});

overlay('federation', ['prometheus'], () => {
  it('the second Prometheus has the metrics of the suite as the first one has them, and nothing else', async () => {
    const exporter = await startUpstream((_request, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end('mcp_gateway_requests_total{method="tools/call"} 7\nnodejs_heap_size_used_bytes 5\n');
    });
    const base = baseConfig('region');
    base.scrape_configs = base.scrape_configs.map((one) => ({
      ...one,
      ...(one.job_name === 'plugin-server' && { static_configs: [{ targets: [`127.0.0.1:${exporter.port}`] }] }),
    }));
    const region = await startPrometheus('region', base);
    mkdirSync(join(folder, 'global'));
    const config = parse(
      read('overlays', 'federation', 'prometheus.yml').replace('prometheus:9090', region),
    ) as PrometheusConfig;
    const global = await startPrometheus('global', config);
    const [sample] = await until(
      async () => {
        const found = await query(global, 'mcp_gateway_requests_total');
        return found.length > 0 && found;
      },
      'the metric in the second Prometheus',
      60_000,
    );
    expect(sample!.value[1]).toBe('7');
    expect(sample!.metric).toMatchObject({
      job: 'plugin-server',
      instance: `127.0.0.1:${exporter.port}`,
      method: 'tools/call',
      region: 'here',
    });
    expect(await query(global, 'nodejs_heap_size_used_bytes')).toEqual([]);
    await exporter.close();
  }, 120_000);
});
