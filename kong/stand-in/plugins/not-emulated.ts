/** Plugins that Kong 3.9.3 bundles (`constants.lua`) and the stand-in does not emulate. */

/**
 * Those that decide who or what may pass, or keep a request from its service. Without them the stand-in would let through
 * what Kong does not: it refuses to start where one of them is configured.
 */
export const RESTRICTING: readonly string[] = [
  ...['basic-auth', 'hmac-auth', 'jwt', 'ldap-auth', 'oauth2', 'session', 'standard-webhooks'],
  ...['bot-detection', 'ip-restriction', 'response-ratelimiting'],
  ...['ai-prompt-decorator', 'ai-prompt-guard', 'ai-prompt-template'],
  ...['aws-lambda', 'azure-functions', 'redirect', 'request-termination'],
];

/** Those that observe or rewrite what passes in any case: their configurations are left alone, with a warning. */
export const IGNORED: readonly string[] = [
  ...['tcp-log', 'udp-log', 'http-log', 'syslog', 'loggly', 'datadog', 'statsd', 'zipkin', 'opentelemetry'],
  ...['request-transformer', 'response-transformer', 'proxy-cache', 'acme', 'grpc-gateway', 'grpc-web'],
  ...['ai-proxy', 'ai-request-transformer', 'ai-response-transformer'],
];

/** All of them. */
export const NOT_EMULATED: readonly string[] = [...RESTRICTING, ...IGNORED];
