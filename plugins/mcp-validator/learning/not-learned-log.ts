import type { Log } from '../../../kong/pdk';
import type { LearningMetrics } from './learning-metrics';
import type { NotLearnedReason } from './tools/tool-registry';

/** Something in a response that was not learned: the fields of its log line. */
interface NotLearned {
  readonly service: string;
  readonly reason: NotLearnedReason;
  readonly tool?: string;
  readonly problem?: string;
  readonly request_id?: string | undefined;
}

/** Services and reasons that are remembered as logged. */
const MAX_LOGGED = 2000;

const TEXTS: Readonly<Record<NotLearnedReason, string>> = {
  ambiguous: 'tools/list response is not strict JSON',
  budget: 'tool is not checked: the service has used up its time for compiling schemas',
  busy: 'tool is not checked: too many schemas are waiting to be compiled',
  deadline: 'tool is not checked: its schema could not be compiled in time',
  duplicate: 'tools/list response has two definitions of one tool',
  encoding: 'tools/list response has an unsupported Content-Encoding',
  evicted: 'tool is not checked: its schema was evicted from the cache',
  failed: 'tool is not checked: the thread that compiles schemas failed',
  incomplete: 'tools/list response is longer than max_list_bytes or, if it was not asked for, than the capture',
  malformed: 'tools/list response has a tool without inputSchema, or no list of tools',
  no_caller: 'private tools/list response was not learned: the capture functions do not provide the caller',
  pending: 'tool is not checked yet: its schema is being compiled',
  private: 'private tools/list response was not learned, as configured',
  request_too_long: 'tools/list request is longer than what the capture functions keep',
  too_large: 'tool is not checked: its schema is too large',
  unanswered: 'response does not contain the response to its tools/list request',
  unsupported: 'tool is not checked: its schema cannot be used',
};

/** Counts what was not learned, and logs each reason once for each service. */
export class NotLearnedLog {
  private readonly logged = new Set<string>();

  constructor(
    private readonly log: Log,
    private readonly metrics: Pick<LearningMetrics, 'notLearned'>,
  ) {}

  report(what: NotLearned, count = 1): void {
    const { service, reason } = what;
    this.metrics.notLearned(service, reason, count);
    const key = `${service}\n${reason}`;
    if (this.logged.has(key) || this.logged.size >= MAX_LOGGED) return;
    this.logged.add(key);
    this.log.warn(what, `${TEXTS[reason]}; later ones are only counted`);
  }
}
