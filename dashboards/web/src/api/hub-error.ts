/** Why an answer of the hub could not be had. */
export type HubFailure =
  /** No answer came: hub down, cable out, address wrong. */
  | 'unreachable'
  /** The hub answered that it cannot. */
  | 'refused'
  /** The answer is not of the agreed form: page and hub are of different versions. */
  | 'malformed'

export class HubError extends Error {
  override readonly name = 'HubError'
  readonly failure: HubFailure
  readonly status: number | undefined
  /** What to do about it, in the hub's words. */
  readonly hint: string | undefined

  constructor(
    failure: HubFailure,
    message: string,
    more: { status?: number; hint?: string | undefined } = {},
  ) {
    super(message)
    this.failure = failure
    this.status = more.status
    this.hint = more.hint
  }
}
