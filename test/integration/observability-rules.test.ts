import { readdirSync, readFileSync } from 'node:fs';
import { dockerFolder, readRules } from '../support/monitoring-files';
import { promtool } from '../support/prometheus';

const cases = readdirSync(dockerFolder('prometheus', 'tests'));

it('is a valid configuration of Prometheus', () => {
  const { status, stdout, stderr } = promtool('check', 'config', dockerFolder('prometheus', 'prometheus.yml'));
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('rule files found');
});

it.each(cases)('behaves as %s says', (file) => {
  const { status, stderr, stdout } = promtool('test', 'rules', dockerFolder('prometheus', 'tests', file));
  expect([status, `${stdout}${stderr}`.includes('FAILED') ? stdout + stderr : '']).toEqual([0, '']);
});

const written = cases.map((file) => readFileSync(dockerFolder('prometheus', 'tests', file), 'utf8')).join('');

describe.each(
  readRules()
    .filter(({ isAlert }) => isAlert)
    .map((rule) => [rule.name, rule] as const),
)('the alert %s', (name, { labels, annotations }) => {
  it('has a severity, a summary and a description', () => {
    expect(['critical', 'warning']).toContain(labels['severity']);
    expect(annotations['summary']?.length).toBeGreaterThan(10);
    expect(annotations['description']?.length).toBeGreaterThan(10);
  });

  it('has a test case in which it fires', () => {
    expect(written).toMatch(new RegExp(`alertname: ${name}\\n\\s+eval_time: \\w+\\n\\s+exp_alerts:`));
  });
});
