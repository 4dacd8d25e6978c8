/** Why bytes are no frame; each reason is a counter of the port. */
export type FrameFault =
  | 'cobs'
  | 'crc'
  | 'too-long'
  | 'too-short'
  | 'truncated'
  | 'wire-type'
  | 'range'
  | 'version'
  | 'missing'

export class NodeFrameError extends Error {
  override readonly name = 'NodeFrameError'
  readonly fault: FrameFault
  constructor(fault: FrameFault, message: string) {
    super(message)
    this.fault = fault
  }
}
