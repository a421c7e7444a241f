import type { Upstream } from '../config/model';

/** The result of a health check or of a request. */
export type Report = 'success' | 'http_failure' | 'tcp_failure' | 'timeout';

interface Counters {
  success: number;
  http_failure: number;
  tcp_failure: number;
  timeout: number;
}

/** How many reports in a row change the state of a target; 0 disables it. */
export interface Thresholds {
  readonly success: number;
  readonly http_failure: number;
  readonly tcp_failure: number;
  readonly timeout: number;
}

/**
 * The health of one target as lua-resty-healthcheck counts it: successes and failures in a row; a report of one kind
 * resets the other counters. A healthy target becomes unhealthy at the threshold of any kind of failure, and healthy
 * again at the threshold of successes.
 */
export class TargetHealth {
  healthy = true;
  private readonly counters: Counters = { success: 0, http_failure: 0, tcp_failure: 0, timeout: 0 };

  /** Counts a report; returns whether the state changed. */
  report(report: Report, thresholds: Thresholds): boolean {
    const limit = thresholds[report];
    if (limit === 0) return false;
    if (report === 'success' ? this.healthy : !this.healthy) {
      if (report === 'success') Object.assign(this.counters, { http_failure: 0, tcp_failure: 0, timeout: 0 });
      return false;
    }
    if (report !== 'success') this.counters.success = 0;
    this.counters[report]++;
    if (this.counters[report] < limit) return false;
    this.healthy = report === 'success';
    Object.assign(this.counters, { success: 0, http_failure: 0, tcp_failure: 0, timeout: 0 });
    return true;
  }
}

/** The thresholds of an upstream's active or passive checks. */
export function thresholdsOf({ healthchecks }: Upstream, kind: 'active' | 'passive'): Thresholds {
  const { healthy, unhealthy } = healthchecks[kind];
  return {
    success: healthy.successes,
    http_failure: unhealthy.http_failures,
    tcp_failure: unhealthy.tcp_failures,
    timeout: unhealthy.timeouts,
  };
}

/** The report for a status; undefined for a status that the checks ignore. */
export function reportOf({ healthchecks }: Upstream, kind: 'active' | 'passive', status: number): Report | undefined {
  if (healthchecks[kind].healthy.http_statuses.includes(status)) return 'success';
  return healthchecks[kind].unhealthy.http_statuses.includes(status) ? 'http_failure' : undefined;
}

/** Whether the upstream uses health checks (`is_upstream_using_healthcheck`). */
export function usesHealthChecks({ healthchecks: { active, passive } }: Upstream): boolean {
  return (
    active.healthy.interval !== 0 ||
    active.unhealthy.interval !== 0 ||
    passive.unhealthy.tcp_failures !== 0 ||
    passive.unhealthy.timeouts !== 0 ||
    passive.unhealthy.http_failures !== 0
  );
}
