import { collectDefaultMetrics } from 'prom-client';
import type { Metrics, OnError } from '../pdk';

/** Why bytes of a connection were rejected. */
export type FrameFault = 'oversized' | 'truncated' | 'malformed' | 'unexpected' | 'stalled';

/** Seconds; a guard's decision takes well under a millisecond, one with Redis a few. */
const EVENT_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What the server holds. */
type Held = 'connections' | 'instances' | 'configurations' | 'heldBytes' | 'waitingFrames';

/** Metrics of the server itself; plugins have their own. */
export class ServerMetrics {
  readonly events;
  readonly duration;
  readonly handlerErrors;
  readonly unknownInstances;
  readonly rejectedFrames;
  readonly configErrors;
  readonly refusedConnections;

  /** `held` returns the current sizes of what the server holds. */
  constructor(metrics: Metrics, held: Readonly<Record<Held, () => number>>) {
    this.events = metrics.requestCounter({
      name: 'plugin_server_events_total',
      help: 'Events of Kong that were handled, by outcome: proceed, hold, reject, keep or replace (response phase), done (log phase) or error.',
      labelNames: ['plugin', 'phase', 'outcome'],
    });
    this.duration = metrics.requestHistogram({
      name: 'plugin_server_event_duration_seconds',
      help: 'Time from the arrival of an event to its answer, including reads from Kong.',
      labelNames: ['plugin', 'phase'],
      buckets: EVENT_BUCKETS,
    });
    this.handlerErrors = metrics.counter({
      name: 'plugin_server_handler_errors_total',
      help: 'Handlers that threw, by what happened to the request: rejected (with 500) or passed.',
      labelNames: ['plugin', 'phase', 'request'],
    });
    this.unknownInstances = metrics.counter({
      name: 'plugin_server_unknown_instances_total',
      help: 'Calls with an unknown instance id, such as one from before a restart; Kong then starts a new instance and repeats an event.',
    });
    this.rejectedFrames = metrics.counter({
      name: 'plugin_server_rejected_frames_total',
      help: 'Frames that were malformed, too long, or incomplete after the frame timeout; each closed its connection or failed its event.',
      labelNames: ['reason'],
    });
    this.configErrors = metrics.counter({
      name: 'plugin_server_config_errors_total',
      help: 'Instances that could not start because of their configuration.',
      labelNames: ['plugin'],
    });
    this.refusedConnections = metrics.counter({
      name: 'plugin_server_refused_connections_total',
      help: 'Connections that were closed immediately because the maximum was reached.',
    });
    metrics.gauge({
      name: 'plugin_server_connections',
      help: 'Open connections of Kong.',
      read: held.connections,
    });
    metrics.gauge({
      name: 'plugin_server_instances',
      help: 'Plugin instances that Kong workers hold.',
      read: held.instances,
    });
    metrics.gauge({
      name: 'plugin_server_configurations',
      help: 'Prepared configurations; each is shared by the instances of all workers.',
      read: held.configurations,
    });
    metrics.gauge({
      name: 'plugin_server_held_bytes',
      help: 'Bytes reserved for incomplete frames, until their event ends.',
      read: held.heldBytes,
    });
    metrics.gauge({
      name: 'plugin_server_waiting_frames',
      help: 'Connections that wait until bytes are available for their frame.',
      read: held.waitingFrames,
    });
    collectDefaultMetrics({ register: metrics.registry });
  }

  /** Counts a handler that threw. */
  countHandlerError(at: { readonly plugin: string; readonly phase: string }, policy: OnError): void {
    this.handlerErrors.inc({ ...at, request: policy === 'reject' ? 'rejected' : 'passed' });
  }
}
