/** The typed facade of Kong's PDK: everything that a plugin uses of Kong. */
export { composePlugins, configuredParts, partsOf } from './compose-plugins';
export type { Composition, ConfiguredPart } from './compose-plugins';
export { definePlugin } from './define-plugin';
export type {
  ComposedPlugin,
  Decided,
  DefinedPlugin,
  Environment,
  Log,
  LogPhase,
  OnError,
  Phase,
  PhaseName,
  Plugin,
  Resources,
  ResponsePhase,
  RunnablePhase,
  Scope,
  SinglePlugin,
  Suite,
} from './define-plugin';
export { field } from './fields';
export type { ConfigOf, Field, FieldRules, Fields } from './fields';
export type { Dependency, HealthFacts } from './health-facts';
export { Headers } from './headers';
export type { HttpHandler, HttpMounts } from './http-mounts';
export { Metrics } from './metrics';
export type {
  Authentication,
  Consumer,
  Credential,
  PdkEffect,
  PdkRead,
  ResponseHeaders,
  SharedValue,
} from './operations';
export { keep, replaceAnswer } from './answer-outcome';
export type { AnswerOutcome, Keep, ReplaceAnswer } from './answer-outcome';
export { ask, proceed, reject, rejectJson } from './outcome';
export type { Ask, Hold, HoldFailure, Outcome, Proceed, Reject, RejectJsonOptions, Warning } from './outcome';
export { MAX_HEADERS, read } from './reads';
export type { AnswerBody, FactsOf, KnownFact, KongRead, LogRecord, RawBody, Read, Reads } from './reads';
export { readUpstreamHealth, type ReadUpstreamHealth, type UpstreamHealth } from './upstream-health';
