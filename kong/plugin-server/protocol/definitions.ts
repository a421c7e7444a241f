/**
 * The messages of Kong's `ProtoBuf:1` that every program on either end of it needs, wire-compatible with
 * `kong/include/kong/pluginsocket.proto` and `google/protobuf/struct.proto`: the calls and the values. Each program adds
 * the messages of the PDK functions that it uses.
 *
 * Every text field is declared as bytes: Kong puts raw Lua strings into them, so a client's header may hold any byte, and
 * a runtime that checks UTF-8 would throw on it. A map is declared as the repeated entries that it is on the wire, for the
 * same reason.
 *
 * @param sequence type of the number of a call: Kong's is int64; `uint32` is the same on the wire for the numbers that a
 * client of this repository uses, and is decoded to a plain number
 */
export const definitions = (sequence: 'int64' | 'uint32'): string => `
  syntax = "proto3";

  message CmdStartInstance { bytes name = 1; bytes config = 2; }
  message CmdCloseInstance { int32 instance_id = 1; }
  message CmdHandleEvent { int32 instance_id = 1; bytes event_name = 2; }
  message RpcCall {
    ${sequence} sequence = 1;
    oneof call {
      CmdStartInstance cmd_start_instance = 33;
      CmdCloseInstance cmd_close_instance = 35;
      CmdHandleEvent cmd_handle_event = 36;
    }
  }

  message InstanceStatus { bytes name = 1; int32 instance_id = 2; Value config = 3; int64 started_at = 4; }
  message RpcReturn { ${sequence} sequence = 1; InstanceStatus instance_status = 33; }

  message Value {
    oneof kind {
      int32 null_value = 1;
      double number_value = 2;
      bytes string_value = 3;
      bool bool_value = 4;
      Struct struct_value = 5;
      ListValue list_value = 6;
    }
  }
  message Struct { repeated Entry fields = 1; }
  message Entry { bytes key = 1; Value value = 2; }
  message ListValue { repeated Value values = 1; }

  message Int { int32 v = 1; }
  message KV { bytes k = 1; Value v = 2; }
  message ExitArgs { int32 status = 1; bytes body = 2; Struct headers = 3; }
  message RawBodyResult { oneof kind { bytes content = 1; bytes body_filepath = 2; bytes error = 3; } }
  message AuthenticatedCredential { bytes id = 1; bytes consumer_id = 2; }
`;
