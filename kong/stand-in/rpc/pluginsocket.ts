import { parse, type Type } from 'protobufjs';
import { definitions } from '../../plugin-server/protocol/definitions';

/** The messages of all PDK functions (`include/kong/pluginsocket.proto`): the shared ones, and those that only Kong needs. */
const { root } = parse(
  `
  ${definitions('uint32')}
  message Empty {}
  message Bool { bool v = 1; }
  message Number { double v = 1; }
  message String { bytes v = 1; }
  message ByteString { bytes v = 1; }
  message NamedCapture { bytes key = 1; bytes value = 2; }
  message UriCapturesResult { repeated bytes unnamed = 1; repeated NamedCapture named = 2; }
  message Key { bytes id = 1; }
  message Route {
    bytes id = 1; uint32 created_at = 2; uint32 updated_at = 3; bytes name = 4;
    repeated bytes protocols = 5; repeated bytes methods = 6; repeated bytes hosts = 7; repeated bytes paths = 8;
    int32 https_redirect_status_code = 10; int32 regex_priority = 11; bool strip_path = 12; bool preserve_host = 13;
    repeated bytes snis = 14; repeated bytes tags = 17; Key service = 18;
  }
  message Service {
    bytes id = 1; uint32 created_at = 2; uint32 updated_at = 3; bytes name = 4; int32 retries = 5; bytes protocol = 6;
    bytes host = 7; int32 port = 8; bytes path = 9; int32 connect_timeout = 10; int32 write_timeout = 11;
    int32 read_timeout = 12; repeated bytes tags = 13;
  }
  message Target { bytes host = 1; int32 port = 2; }
  message ConsumerSpec { bytes id = 1; bool by_username = 2; }
  message Consumer { bytes id = 1; uint32 created_at = 2; bytes username = 3; bytes custom_id = 4; repeated bytes tags = 5; }
  message AuthenticateArgs { Consumer consumer = 1; AuthenticatedCredential credential = 2; }
  message WorkerVm { uint64 http_allocated_gc = 1; uint64 pid = 2; }
  message MemoryStats { repeated WorkerVm workers_lua_vms = 2; }
  `,
  { keepCase: true },
);

/** The codec of the message with this name. */
export const messageType = (name: string): Type => root.lookupType(name);

/** The names of the messages for the argument and for the result of a PDK function. */
export interface Method {
  readonly input: string;
  readonly output: string;
}

const METHODS = `
  kong.client.get_ip Empty String
  kong.client.get_forwarded_ip Empty String
  kong.client.get_port Empty Int
  kong.client.get_forwarded_port Empty Int
  kong.client.get_credential Empty AuthenticatedCredential
  kong.client.load_consumer ConsumerSpec Consumer
  kong.client.get_consumer Empty Consumer
  kong.client.authenticate AuthenticateArgs Empty
  kong.client.get_protocol Bool String
  kong.ctx.shared.set KV Empty
  kong.ctx.shared.get String Value
  kong.ip.is_trusted String Bool
  kong.log.alert ListValue Empty
  kong.log.crit ListValue Empty
  kong.log.err ListValue Empty
  kong.log.warn ListValue Empty
  kong.log.notice ListValue Empty
  kong.log.info ListValue Empty
  kong.log.debug ListValue Empty
  kong.log.set_serialize_value KV Empty
  kong.log.serialize Empty String
  kong.nginx.get_var String String
  kong.nginx.get_tls1_version_str Empty String
  kong.nginx.set_ctx KV String
  kong.nginx.get_ctx String Value
  kong.nginx.req_start_time Empty Number
  kong.nginx.get_subsystem Empty String
  kong.node.get_id Empty String
  kong.node.get_memory_stats Empty MemoryStats
  kong.request.get_scheme Empty String
  kong.request.get_host Empty String
  kong.request.get_port Empty Int
  kong.request.get_forwarded_scheme Empty String
  kong.request.get_forwarded_host Empty String
  kong.request.get_forwarded_port Empty Int
  kong.request.get_http_version Empty Number
  kong.request.get_method Empty String
  kong.request.get_path Empty String
  kong.request.get_path_with_query Empty String
  kong.request.get_raw_query Empty String
  kong.request.get_query_arg String String
  kong.request.get_query Int Struct
  kong.request.get_header String String
  kong.request.get_headers Int Struct
  kong.request.get_raw_body Empty RawBodyResult
  kong.request.get_uri_captures Empty UriCapturesResult
  kong.response.get_status Empty Int
  kong.response.get_header String String
  kong.response.get_headers Int Struct
  kong.response.get_source Empty String
  kong.response.set_status Int Empty
  kong.response.set_header KV Empty
  kong.response.add_header KV Empty
  kong.response.clear_header String Empty
  kong.response.set_headers Struct Empty
  kong.response.exit ExitArgs Empty
  kong.router.get_route Empty Route
  kong.router.get_service Empty Service
  kong.service.set_upstream String Bool
  kong.service.set_target Target Empty
  kong.service.request.set_scheme String Empty
  kong.service.request.set_path String Empty
  kong.service.request.set_raw_query String Empty
  kong.service.request.set_method String Empty
  kong.service.request.set_query Struct Empty
  kong.service.request.set_header KV Empty
  kong.service.request.add_header KV Empty
  kong.service.request.clear_header String Empty
  kong.service.request.set_headers Struct Empty
  kong.service.request.set_raw_body ByteString Empty
  kong.service.response.get_status Empty Int
  kong.service.response.get_header String String
  kong.service.response.get_headers Int Struct
  kong.service.response.get_raw_body Empty ByteString
`;

/** All functions that a plugin server can call over this protocol. */
export const methods: ReadonlyMap<string, Method> = new Map(
  METHODS.trim()
    .split('\n')
    .map((line) => {
      const [name = '', input = '', output = ''] = line.trim().split(' ');
      return [name, { input, output }];
    }),
);
