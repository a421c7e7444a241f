/** The typed facade of Kong's PDK: everything that a plugin uses of Kong. */
export { composePlugins, configuredParts, partsOf } from './compose-plugins';
export type { Composition, ConfiguredPart } from './compose-plugins';
export { definePlugin } from './define-plugin';
export type {
  ComposedPlugin,
  DefinedPlugin,
  Environment,
  Log,
  LogPhase,
  OnError,
  Phase,
  PhaseName,
  Plugin,
  Resources,
  RunnablePhase,
  Scope,
  SinglePlugin,
  Suite,
} from './define-plugin';
export { field } from './fields';
export type { ConfigOf, Field, FieldRules, Fields } from './fields';
export { Headers } from './headers';
export type { HttpHandler, HttpMounts } from './http-mounts';
export { Metrics } from './metrics';
export type { PdkEffect, PdkRead, ResponseHeaders, SharedValue } from './operations';
export { proceed, reject, rejectJson } from './outcome';
export type { Outcome, Proceed, Reject, RejectJsonOptions, Warning } from './outcome';
export { MAX_HEADERS, read } from './reads';
export type { Consumer, FactsOf, KnownFact, KongRead, RawBody, Read, Reads } from './reads';
