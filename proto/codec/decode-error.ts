/** Why bytes from the wire were refused. */
export type DecodeReason =
  | 'too-large'
  | 'not-protobuf'
  | 'bad-checksum'
  | 'missing-field'
  | 'bad-value'
  | 'too-many'

/** Bytes that are not a record of ours: what, where and what was expected. Never a crash, never half a record. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  readonly reason: DecodeReason
  constructor(reason: DecodeReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export function refuse(reason: DecodeReason, message: string): never {
  throw new DecodeError(reason, message)
}
