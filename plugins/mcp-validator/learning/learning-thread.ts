import { join } from 'node:path';
import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../../shared/runtime/per-process';
import { DeadlineThread, TOO_LATE, type DeadlineTask } from '../../shared/runtime/side-thread/deadline-thread';
import { readToolNews, type ListExchange, type ToolNews } from './lists/read-tool-updates';
import type { Probe } from './schemas/probe-schema';

const MODULE = join(__dirname, 'learning-task');
const PROBE: DeadlineTask<{ text: string }, Probe> = { module: MODULE, name: 'probeTask' };
const READ: DeadlineTask<ListExchange, ToolNews> = { module: MODULE, name: 'readTask' };

/** For one schema, in milliseconds; of real ones the largest take a few hundred. */
const PROBE_MS = 2000;
const READ_MS = 5000;
/** What is not larger is read at once, in some 6 ms at the worst. */
const MAX_READ_AT_ONCE_BYTES = 65_536;

/** Work on what servers announce that could hold up requests. */
export interface LearningThread {
  readonly probe: (text: string) => Promise<Probe>;
  readonly read: (exchange: ListExchange) => ToolNews | Promise<ToolNews>;
}

function createLearningThread(): LearningThread {
  const thread = new DeadlineThread({ module: MODULE, name: 'warmUp' });
  return {
    probe: async (text) => {
      try {
        const probe = await thread.run(PROBE, { text }, PROBE_MS);
        return probe === TOO_LATE ? { unusable: 'deadline', problem: `was not compiled in ${PROBE_MS} ms` } : probe;
      } catch {
        return { unusable: 'failed', problem: 'could not be compiled: its thread broke' };
      }
    },
    read: (exchange) =>
      exchange.bytes.length <= MAX_READ_AT_ONCE_BYTES ? readToolNews(exchange) : readThere(exchange),
  };

  async function readThere(exchange: ListExchange): Promise<ToolNews> {
    const unread: ToolNews = { pages: [], listChanged: false, unread: 'incomplete' };
    try {
      const news = await thread.run(READ, exchange, READ_MS);
      return news === TOO_LATE ? unread : news;
    } catch {
      return unread;
    }
  }
}

const perProcess = new PerProcess<LearningThread>();

/** The thread of the process, which all configurations share. */
export const learningThreadOf = (metrics: Metrics): LearningThread =>
  perProcess.get(metrics, 'learning-thread', createLearningThread);
