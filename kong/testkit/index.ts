/** For authors of plugins: unit tests without a gateway, and tests through a gateway without Kong. */
export { decide, preparePlugin } from './decide';
export type { PreparedPlugin } from './decide';
export type { ConfigInput } from './config';
export type { BodyInput, FactInput, FactsInput } from './facts';
export { startTestGateway } from './gateway';
export type { TestGateway, TestGatewayOptions } from './gateway';
export { send } from './http';
export type { Answer } from './http';
export { logInto } from './log-lines';
export type { LogLine } from './log-lines';
export { servePlugins } from './serve-plugins';
export type { ServedPlugins } from './serve-plugins';
export { silentLog } from './silent-log';
export { echo, echoed, startUpstream } from './upstream';
export type { Echo, TestUpstream } from './upstream';
export { until } from './until';
