import { logEntryOf } from '../../../../../../plugins/shared/telemetry/log-entry';
import { projectOf } from '../../../../../../plugins/shared/telemetry/spans/project';
import { logRecord } from '../../../../../support/exchange';

const project = (project_source: 'config' | 'service' | 'header', value?: unknown, service = 'calc') =>
  projectOf(
    logEntryOf(
      logRecord({
        service: { name: service },
        ...(value !== undefined && { requestHeaders: { 'x-project-name': value } }),
      }),
    )!,
    { project_source, project_header: 'X-Project-Name' },
  );

it.each([
  ['config', 'mine', undefined],
  ['service', 'mine', 'calc'],
  ['header', 'team-a/chat v2', 'team-a/chat v2'],
  ['header', ['first', 'second'], 'first'],
  ['header', undefined, undefined],
  ['header', '', undefined],
  ['header', 'a\r\nb', undefined],
  ['header', 'ä', undefined],
  ['header', 'x'.repeat(65), undefined],
] as const)('by %s, where the header is %j', (source, value, expected) => {
  expect(project(source, value)).toBe(expected);
});

it('accepts no name that cannot be sent in a header', () => {
  expect(project('service', undefined, 'servíce')).toBeUndefined();
});
