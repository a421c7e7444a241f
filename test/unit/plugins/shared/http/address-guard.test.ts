import { isReachable } from '../../../../../plugins/shared/http/address-guard';
import { urlProblem } from '../../../../../plugins/shared/http/checked-url';

it.each<[string, boolean, boolean]>([
  ['8.8.8.8', true, true],
  ['2606:4700::1', true, true],
  ['10.0.0.1', true, false],
  ['172.31.255.255', true, false],
  ['192.168.1.1', true, false],
  ['127.0.0.1', true, false],
  ['::1', true, false],
  ['::ffff:10.0.0.1', true, false],
  ['64:ff9b::a00:1', true, false],
  ['fd00::1', true, false],
  ['0.0.0.0', true, false],
  ['100.64.0.1', true, false],
  ['169.254.169.254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['fe80::1', false, false],
  ['fd00:ec2::254', false, false],
])('%s is reachable: %s for a configured host, %s for one that a document names', (address, configured, named) => {
  expect([isReachable(address, 'configured'), isReachable(address, 'public')]).toEqual([configured, named]);
});

it.each<[string, boolean, string | undefined]>([
  ['https://as.example/jwks', false, undefined],
  ['http://as.example/jwks', true, undefined],
  ['http://as.example/jwks', false, 'must use https; http is possible for this machine only, or with allow_http'],
  ['http://127.1/jwks', false, undefined],
  ['http://[::1]:8080/', false, undefined],
  ['http://localhost:8080/', false, undefined],
  [
    'http://localhost.evil.example/',
    false,
    'must use https; http is possible for this machine only, or with allow_http',
  ],
  ['https://user@as.example/', false, 'must not contain a user or a password'],
  ['https://as.example/#x', false, 'must not have a fragment'],
  ['file:///etc/passwd', true, 'must be an https URL'],
  ['as.example', false, 'must be an https URL'],
])('the URL %s (http allowed: %s): %s', (url, allowHttp, expected) => {
  expect(urlProblem(url, allowHttp)).toBe(expected);
});
