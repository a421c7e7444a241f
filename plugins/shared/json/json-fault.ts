/** Why a text is not strict JSON, which every reader understands in the same way. */
export type JsonFault =
  | 'empty_body'
  | 'byte_order_mark'
  | 'invalid_utf8'
  | 'invalid_json'
  | 'duplicate_key'
  | 'control_character_in_key'
  | 'lone_surrogate'
  | 'number_out_of_range'
  | 'too_deep'
  | 'too_many_values';
