/** Plugins that Kong bundles (`constants.lua`) and the stand-in does not emulate. */

/**
 * Plugins that restrict requests, or respond to them themselves. Without them the stand-in would allow what Kong
 * rejects: it does not start when one of them is configured.
 */
export const RESTRICTING: readonly string[] = [
  ...['basic-auth', 'hmac-auth', 'jwt', 'ldap-auth', 'oauth2', 'session', 'standard-webhooks'],
  ...['bot-detection', 'ip-restriction', 'response-ratelimiting'],
  ...['ai-prompt-decorator', 'ai-prompt-guard', 'ai-prompt-template'],
  ...['aws-lambda', 'azure-functions', 'redirect', 'request-termination'],
];

/** Plugins that only observe or rewrite requests: they are ignored with a warning. */
export const IGNORED: readonly string[] = [
  ...['tcp-log', 'udp-log', 'syslog', 'loggly', 'datadog', 'statsd', 'zipkin', 'opentelemetry'],
  ...['request-transformer', 'response-transformer', 'proxy-cache', 'acme', 'grpc-gateway', 'grpc-web'],
  ...['ai-proxy', 'ai-request-transformer', 'ai-response-transformer'],
];

/** All plugins that are not emulated. */
export const NOT_EMULATED: readonly string[] = [...RESTRICTING, ...IGNORED];
