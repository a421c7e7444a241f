/**
 * True for an export of spans by this suite, by its `User-Agent`. It may pass through the gateway on a route with this
 * plugin; a span for it would cause another export.
 */
export const isOwnExport = (userAgent: string | undefined): boolean =>
  userAgent?.includes('OTel-OTLP-Exporter-JavaScript/') ?? false;
