import { HttpError, RequestTimedOutError } from '@influxdata/influxdb-client'
import { StoreRefused, StoreUnavailable } from './track-store.ts'

/**
 * What went wrong between the hub and InfluxDB, in words for the operator, and whether it may pass. In: errors of
 * the client and of fetch, statuses and bodies of 1.x, 2.x and 3.x. Out: StoreRefused, StoreUnavailable.
 */

/** The points are at fault: the same request would get the same answer again. */
const REFUSED = new Set([400, 413, 422])
/** 3.x of some years says with it that a part of the lines was not taken. */
const PARTLY = 201

interface Answer {
  status: number
  said: string
  cause?: unknown
}

export class InfluxFailures {
  readonly #url: string
  readonly #timeoutS: number

  constructor(url: string, timeoutS: number) {
    this.#url = url
    this.#timeoutS = timeoutS
  }

  /** An error that the client gave for a write, or one that is in our words already. */
  ofWrite(error: unknown): StoreRefused | StoreUnavailable {
    if (error instanceof StoreRefused || error instanceof StoreUnavailable) return error
    if (!(error instanceof HttpError)) return this.unreachable('write', error)
    const { statusCode: status, body, statusMessage } = error
    return this.ofWriteStatus({ status, said: body || statusMessage || '', cause: error })
  }

  /** Any answer to a write but 204. */
  ofWriteStatus(answer: Answer): StoreRefused | StoreUnavailable {
    const { status, said, cause } = answer
    if (!REFUSED.has(status) && status !== PARTLY) return this.unavailable('write', answer)
    return new StoreRefused(`InfluxDB at ${this.#url} refused a write (${status}): ${words(said)}`, { cause })
  }

  unavailable(what: string, { status, said, cause }: Answer): StoreUnavailable {
    const message = `InfluxDB at ${this.#url} answered a ${what} with ${status}: ${words(said)}; ${advice(status, said)}`
    return new StoreUnavailable(message, { cause })
  }

  unreachable(what: string, error: unknown): StoreUnavailable {
    const { name, message, code, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException }
    const timedOut = name === 'TimeoutError' || error instanceof RequestTimedOutError
    const reason = timedOut ? `no answer within ${this.#timeoutS} s` : (code ?? cause?.code ?? message)
    return new StoreUnavailable(
      `InfluxDB at ${this.#url} cannot be reached for a ${what} (${reason}); is it running, and is store.url right?`,
      { cause: error },
    )
  }
}

/**
 * InfluxDB's own words out of its JSON, shortened: `error` of 1.x and 3.x, `message` of 2.x; 3.x has the first line
 * that it refused in `data`.
 */
export function words(said: string): string {
  let text = said
  try {
    const { error, message, data } = JSON.parse(said) as Record<string, unknown>
    const line = (Array.isArray(data) ? data[0] : data) as { error_message?: unknown } | undefined
    text = String(message ?? error ?? said)
    if (line?.error_message !== undefined) text += `: ${line.error_message}`
  } catch {
    // Not JSON: as it stands.
  }
  return text.trim().slice(0, 300)
}

function advice(status: number, said: string): string {
  // 1.6 goes on refusing when there is room again: the file that it could not write to stays broken.
  if (said.includes('no space left')) return 'free its disk, then start InfluxDB again'
  if (status === 401 || status === 403) return 'check token, or username and password, of the store'
  if (status === 404) return 'check database, or bucket and org, of the store'
  if (status === 429 || status === 503) return 'it is busy, the same is tried again later'
  if (status < 300) return 'is store.url an InfluxDB?'
  return "see InfluxDB's own log"
}
