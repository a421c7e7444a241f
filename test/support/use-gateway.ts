import type { OutgoingHttpHeaders, RequestListener, RequestOptions } from 'node:http';
import type { GatewayOptions } from '../../kong/stand-in/gateway';
import { startTestGateway, type TestGateway } from '../../kong/testkit/gateway';
import { send, type Answer } from '../../kong/testkit/http';
import { echo, startUpstream, type TestUpstream } from '../../kong/testkit/upstream';

/** The gateway of a test file and the upstream behind it; available when the first test runs. */
export interface RunningGateway {
  readonly gateway: TestGateway;
  readonly upstream: TestUpstream;
  /** How the upstream handles the next requests of a test: at its start {@link echo}. */
  serve: RequestListener;
  /** The gateway's proxy, without a slash at its end. */
  readonly url: string;
  /** Sends a request to a path of the proxy. */
  call(path: string, options?: RequestOptions, body?: string | Buffer): Promise<Answer>;
  /** The same, for tests of headers. */
  ask(path: string, headers?: OutgoingHttpHeaders, method?: string, body?: string | Buffer): Promise<Answer>;
}

/** Starts both before a file's tests and closes them afterwards. The declarative file gets the upstream's address. */
export function useGateway(
  configText: (upstream: TestUpstream) => string,
  settings: Readonly<Record<string, string>> = {},
  options: Omit<GatewayOptions, 'settings' | 'configText' | 'log'> = {},
): RunningGateway {
  let gateway: TestGateway;
  let upstream: TestUpstream;
  const running: RunningGateway = {
    get gateway() {
      return gateway;
    },
    get upstream() {
      return upstream;
    },
    get url() {
      return gateway.proxyUrl;
    },
    serve: echo,
    call: (path, request, body) => send(gateway.proxyUrl + path, request, body),
    ask: (path, headers = {}, method = 'GET', body) => send(gateway.proxyUrl + path, { headers, method }, body),
  };
  beforeAll(async () => {
    upstream = await startUpstream((incoming, outgoing) => {
      running.serve(incoming, outgoing);
    });
    gateway = await startTestGateway({ kongYml: configText(upstream), settings, ...options });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });
  beforeEach(() => {
    running.serve = echo;
  });
  return running;
}
