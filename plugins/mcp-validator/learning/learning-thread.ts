import { join } from 'node:path';
import type { Metrics } from '../../../kong/pdk';
import { PerProcess } from '../../shared/runtime/per-process';
import { DeadlineThread, TOO_LATE, type DeadlineTask } from '../../shared/runtime/side-thread/deadline-thread';
import { readToolUpdates, type ListExchange, type ToolUpdates } from './lists/read-tool-updates';
import type { ProbeText } from './schemas/probe-queue';
import type { Probe, SchemaUse } from './schemas/probe-schema';

const MODULE = join(__dirname, 'learning-task');
const PROBE: DeadlineTask<{ text: string; use: SchemaUse }, Probe> = { module: MODULE, name: 'probeTask' };
const READ: DeadlineTask<ListExchange, ToolUpdates> = { module: MODULE, name: 'readTask' };

/** Deadlines in milliseconds, for one schema and for one exchange. The largest real schemas take a few hundred. */
const PROBE_MS = 2000;
const READ_MS = 5000;
/** A response of up to this size is read in the main thread, in at most some 6 ms. */
const MAX_MAIN_THREAD_BYTES = 65_536;

/** Work on announcements of servers that could block requests. */
export interface LearningThread {
  readonly probe: ProbeText;
  readonly read: (exchange: ListExchange) => ToolUpdates | Promise<ToolUpdates>;
}

function createLearningThread(): LearningThread {
  const thread = new DeadlineThread({ module: MODULE, name: 'warmUp' });
  return {
    probe: async (text, use) => {
      try {
        const probe = await thread.run(PROBE, { text, use }, PROBE_MS);
        return probe === TOO_LATE ? { unusable: 'deadline', problem: `was not compiled in ${PROBE_MS} ms` } : probe;
      } catch {
        return { unusable: 'failed', problem: 'could not be compiled: its thread failed' };
      }
    },
    read: (exchange) =>
      exchange.bytes.length <= MAX_MAIN_THREAD_BYTES ? readToolUpdates(exchange) : readInThread(exchange),
  };

  async function readInThread(exchange: ListExchange): Promise<ToolUpdates> {
    const unread: ToolUpdates = { pages: [], listChanged: false, unread: 'incomplete' };
    try {
      const updates = await thread.run(READ, exchange, READ_MS);
      return updates === TOO_LATE ? unread : updates;
    } catch {
      return unread;
    }
  }
}

const perProcess = new PerProcess<LearningThread>();

/** The thread of the process, shared by all configurations. */
export const learningThreadOf = (metrics: Metrics): LearningThread =>
  perProcess.get(metrics, 'learning-thread', createLearningThread);
