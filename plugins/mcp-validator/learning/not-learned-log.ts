import type { Log } from '../../../kong/pdk';
import type { LearningMeters } from './learning-metrics';
import type { UnlearnedReason } from './tools/tool-registry';

/** Something that passed and was not learned. */
interface Unlearned {
  readonly service: string;
  readonly reason: UnlearnedReason;
  readonly tool?: string;
  readonly problem?: string;
  readonly requestId?: string | undefined;
}

/** Services and reasons that are remembered as told. */
const MAX_TOLD = 2000;

const WORDS: Readonly<Record<UnlearnedReason, string>> = {
  ambiguous: 'a tools/list answer is not JSON with one meaning',
  budget: 'a tool is not checked: the service used up its time for compiling schemas',
  busy: 'a tool is not checked: too many schemas wait to be compiled',
  deadline: 'a tool is not checked: its schema could not be compiled in time',
  duplicate: 'a tools/list answer has two definitions of one tool',
  encoding: 'a tools/list answer has a Content-Encoding that can not be undone',
  evicted: 'a tool is not checked: its schema was forgotten',
  failed: 'a tool is not checked: the thread that compiled its schema broke',
  incomplete: 'a tools/list answer is longer than what the capture functions keep',
  malformed: 'a tools/list answer has a tool without an inputSchema, or is no list',
  no_caller: 'a private tools/list answer was not learned: the capture functions do not say who got it',
  pending: 'a tool is not checked yet: its schema is being compiled',
  private: 'a private tools/list answer was not learned, as configured',
  request_too_long: 'a tools/list request is longer than what the capture functions keep',
  too_large: 'a tool is not checked: its schema is too large',
  unanswered: 'a tools/list request was not answered in its own response',
  unsupported: 'a tool is not checked: its schema can not be used',
};

/** Counts what was not learned, and logs each reason once for each service. */
export class UnlearnedLog {
  private readonly told = new Set<string>();

  constructor(
    private readonly log: Log,
    private readonly meters: Pick<LearningMeters, 'unlearned'>,
  ) {}

  tell(what: Unlearned, count = 1): void {
    const { service, reason } = what;
    this.meters.unlearned(service, reason, count);
    const key = `${service}\n${reason}`;
    if (this.told.has(key) || this.told.size >= MAX_TOLD) return;
    this.told.add(key);
    this.log.warn(what, `${WORDS[reason]}; further ones are only counted`);
  }
}
