import { get } from 'node:http';
import type { ActiveChecks } from '../config/model';
import type { Report } from './health';

/** Makes one active check: a GET of the configured path. Only the status counts. */
export function probe(
  host: string,
  port: number,
  hostHeader: string,
  checks: ActiveChecks,
  reportOf: (status: number) => Report | undefined,
): Promise<Report | undefined> {
  return new Promise((resolve) => {
    const headers = {
      ...(checks.headers as Record<string, string[]> | undefined),
      Host: hostHeader,
      Connection: 'close',
    };
    const options = { host, port, path: checks.http_path, headers, agent: false, timeout: checks.timeout * 1000 };
    const request = get(options, (response) => {
      resolve(reportOf(response.statusCode ?? 0));
      response.destroy();
    });
    request.on('timeout', () => {
      resolve('timeout');
      request.destroy();
    });
    request.on('error', () => {
      resolve('tcp_failure');
    });
  });
}
